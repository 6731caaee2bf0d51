/** Recovery codes, the one time that they are shown: to copy, to keep as a file, to print. */
import { useState } from "react";

import { CopyButton } from "@/components/settings/CopyButton";
import { PrintIcon } from "@/components/settings/icons";
import { OneTimeSecret } from "@/components/settings/OneTimeSecret";
import { Button, DownloadIcon } from "@/ui";

import "./recovery-codes.css";

type RecoveryCodesProps = { codes: readonly string[]; email: string; onClose: () => void };

const asText = (codes: readonly string[], email: string): string =>
  [`Pinhole recovery codes for ${email}`, "Each works once.", "", ...codes, ""].join("\r\n");

const save = (text: string): void => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = "pinhole-recovery-codes.txt";
  link.click();
  URL.revokeObjectURL(link.href);
};

export const RecoveryCodes = ({ codes, email, onClose }: RecoveryCodesProps) => {
  const [isKept, setKept] = useState(false);
  const text = asText(codes, email);
  return (
    <OneTimeSecret
      title="Your recovery codes"
      isKept={isKept}
      warning="These codes are not shown again. Copy, download or print them now; without them, losing your phone or key can cost you the account."
      onClose={onClose}
    >
      <p className="text-muted">
        Each of these stands in for your passkey or app once, should you lose it. Keep them where
        you would find them without this device.
      </p>
      <div className="print-alone">
        <p className="hidden font-medium print:mb-4 print:block">
          Pinhole recovery codes for {email}. Each works once.
        </p>
        <ul
          aria-label="Recovery codes"
          className="space-y-1.5 rounded-2xl bg-sunken px-4 py-4 text-center font-mono text-sm select-all sm:text-base"
        >
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
      </div>
      <div className="flex flex-wrap gap-2">
        <CopyButton text={text} onCopied={() => setKept(true)}>
          Copy
        </CopyButton>
        <Button
          icon={<DownloadIcon />}
          onClick={() => {
            save(text);
            setKept(true);
          }}
        >
          Download
        </Button>
        <Button
          icon={<PrintIcon />}
          onClick={() => {
            window.print();
            setKept(true);
          }}
        >
          Print
        </Button>
      </div>
    </OneTimeSecret>
  );
};
