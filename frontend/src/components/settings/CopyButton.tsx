/** Copies a text, and says that it did. */
import { useState } from "react";

import { Button, CheckIcon, useToast } from "@/ui";

import { CopyIcon } from "./icons";

type CopyButtonProps = { text: string; children: string; onCopied?: () => void };

export const CopyButton = ({ text, children, onCopied }: CopyButtonProps) => {
  const [copied, setCopied] = useState<string | null>(null);
  const toast = useToast();
  const isCopied = copied === text;
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied(text);
        onCopied?.();
      },
      () => toast.show({ message: "The browser does not allow copying.", tone: "error" }),
    );
  };
  return (
    <>
      <Button
        onClick={copy}
        icon={isCopied ? <CheckIcon className="size-5 text-good" /> : <CopyIcon />}
      >
        {isCopied ? "Copied" : children}
      </Button>
      <span role="status" className="sr-only">
        {isCopied ? "Copied" : ""}
      </span>
    </>
  );
};
