/** Something exact that nobody types: short to look at, and whole to copy. */
import { useState, type ReactNode } from "react";

import { Button, CheckIcon, useToast } from "@/ui";

type CopyValueProps = {
  label: string;
  /** What is copied. */
  value: string;
  children: ReactNode;
};

export const CopyableValue = ({ label, value, children }: CopyValueProps) => {
  const [copied, setCopied] = useState<string | null>(null);
  const toast = useToast();
  const isCopied = copied === value;

  const copy = () => {
    navigator.clipboard.writeText(value).then(
      () => setCopied(value),
      () => toast.show({ message: "The browser does not allow copying.", tone: "error" }),
    );
  };
  return (
    <div>
      <h3 className="text-sm text-muted">{label}</h3>
      <div className="flex items-center justify-between gap-2">
        {children}
        <Button
          look="quiet"
          className="-mr-3 text-sm"
          aria-label={`${isCopied ? "Copied" : "Copy"} ${label}`}
          icon={isCopied && <CheckIcon className="size-4 text-good" />}
          onClick={copy}
        >
          {isCopied ? "Copied" : "Copy"}
        </Button>
      </div>
    </div>
  );
};
