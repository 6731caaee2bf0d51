/** Folded up: that the original is stored whole: who compared it, when, and the SHA-256 to compare it with oneself. */
import type { ImageDetail } from "@/api";
import { dateFormat } from "@/locale";

import { CopyableValue } from "./CopyableValue";

const moment = dateFormat({ dateStyle: "medium", timeStyle: "short" });

export const StorageReceipt = ({ detail: { receipt, sha256 } }: { detail: ImageDetail }) => (
  <details>
    <summary className="-mx-2 flex min-h-11 w-fit cursor-pointer items-center rounded-full px-2 text-sm text-muted hover:text-ink">
      File integrity
    </summary>
    <CopyableValue label="SHA-256 of the original" value={sha256}>
      <code title={sha256} className="text-sm">
        {sha256.slice(0, 12)}…{sha256.slice(-6)}
      </code>
    </CopyableValue>
    {receipt && (
      <p className="mt-1 text-sm text-muted">
        {receipt.by === "s3"
          ? "S3 compared every byte with it before it took the file in"
          : "Compared with every byte that is stored"}
        , {moment.format(new Date(receipt.at))}.
      </p>
    )}
  </details>
);
