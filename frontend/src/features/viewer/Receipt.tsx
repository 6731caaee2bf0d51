/** That the original is stored whole: who compared it, when, and the SHA-256 to compare it with oneself. */
import type { ImageDetail } from "@/api";

import { CopyHash } from "./CopyHash";

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const Receipt = ({ detail: { receipt, sha256 } }: { detail: ImageDetail }) => (
  <section>
    <CopyHash sha256={sha256} />
    {receipt && (
      <p className="mt-1 text-sm text-muted">
        {receipt.by === "s3"
          ? "S3 compared every byte with it before it took the file in"
          : "Compared with every byte that is stored"}
        , {moment.format(new Date(receipt.at))}.
      </p>
    )}
  </section>
);
