/** Reads an export away from the page's own thread. */
import { readExport, type DroppedFile, type ReadProgress } from "./read";
import type { Row } from "./rows";

export type ReadRequest = { dropped: DroppedFile[]; maxBytes: number };
export type ReadAnswer =
  { kind: "progress"; progress: ReadProgress } | { kind: "read"; rows: Row[] } | { kind: "failed" };

// The page's library types know no worker scope; the two members used here are the same in both.
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<ReadRequest>) => void) | null;
  postMessage: (message: ReadAnswer) => void;
};

/** As often as an eye can follow. */
const TELL_EVERY_MS = 100;

scope.onmessage = ({ data: { dropped, maxBytes } }) => {
  let told = 0;
  const tell = (progress: ReadProgress) => {
    if (performance.now() - told < TELL_EVERY_MS) return;
    told = performance.now();
    scope.postMessage({ kind: "progress", progress });
  };
  readExport(dropped, tell, maxBytes).then(
    (rows) => scope.postMessage({ kind: "read", rows }),
    () => scope.postMessage({ kind: "failed" }),
  );
};
