/** SHA-256 of a file and of its parts, away from the page's own thread. */
import type { FileHash } from "./file-hash";
import { hashBlob, hashInParts } from "./hash-blob";

export type HashRequest = {
  id: number;
  file: File;
  /** Null: the file is hashed as a whole only. */
  partSize: number | null;
};
export type HashAnswer =
  ({ id: number; outcome: "hashed" } & FileHash) | { id: number; outcome: "unreadable" };
/** Said once, when the script has come over the network and runs. */
export type HashGreeting = { outcome: "started" };

// The page's library types know no worker scope; the two members used here are the same in both.
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<HashRequest>) => void) | null;
  postMessage: (message: HashAnswer | HashGreeting) => void;
};

const answer = async ({ id, file, partSize }: HashRequest): Promise<HashAnswer> => {
  try {
    const hash =
      partSize === null
        ? { sha256: await hashBlob(file), parts: null }
        : await hashInParts(file, partSize);
    return { id, outcome: "hashed", ...hash };
  } catch {
    // Moved, deleted or changed since it was chosen: the browser then refuses to read it.
    return { id, outcome: "unreadable" };
  }
};

scope.onmessage = (event) => {
  void answer(event.data).then((message) => {
    scope.postMessage(message);
  });
};
scope.postMessage({ outcome: "started" });
