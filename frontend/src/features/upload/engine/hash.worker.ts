/** SHA-256 of a file, away from the page's own thread. */

export type HashRequest = { id: number; file: File };
export type HashAnswer =
  { id: number; outcome: "hashed"; sha256: string } | { id: number; outcome: "unreadable" };
/** Said once, when the script has come over the network and runs. */
export type HashGreeting = { outcome: "started" };

// The page's library types know no worker scope; the two members used here are the same in both.
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<HashRequest>) => void) | null;
  postMessage: (message: HashAnswer | HashGreeting) => void;
};

const answer = async ({ id, file }: HashRequest): Promise<HashAnswer> => {
  try {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const sha256 = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
    return { id, outcome: "hashed", sha256: sha256.join("") };
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
