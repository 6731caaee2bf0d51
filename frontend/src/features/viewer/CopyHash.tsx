/** The SHA-256 of the original, short to look at and whole to copy. */
import { useState } from "react";

import { Button, CheckIcon, useToast } from "@/ui";

export const CopyHash = ({ sha256 }: { sha256: string }) => {
  const [copied, setCopied] = useState<string | null>(null);
  const toast = useToast();
  const isCopied = copied === sha256;

  const copy = () => {
    navigator.clipboard.writeText(sha256).then(
      () => setCopied(sha256),
      () => toast.show({ message: "The browser does not allow copying.", tone: "error" }),
    );
  };
  return (
    <div>
      <h3 className="text-sm text-muted">SHA-256 of the original</h3>
      <div className="flex items-center justify-between gap-2">
        <code title={sha256} className="text-sm">
          {sha256.slice(0, 12)}…{sha256.slice(-6)}
        </code>
        <Button
          look="quiet"
          className="-mr-3 text-sm"
          icon={isCopied && <CheckIcon className="size-4 text-good" />}
          onClick={copy}
        >
          {isCopied ? "Copied" : "Copy"}
        </Button>
      </div>
    </div>
  );
};
