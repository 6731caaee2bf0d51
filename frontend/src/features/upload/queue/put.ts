/** Sending a file's bytes to the place the server promised, with progress. */
import { TransientError, UnreadableFileError } from "./errors";

export type PutPlace = { url: string; headers: Readonly<Record<string, string>> };

/**
 * - `stored`: these very bytes are there now, or were already (412: `If-None-Match` did its work).
 * - `expired`: the address is too old (403), or what it was made for is over (404); ask for a new place.
 * - `changed`: storage refused the bytes (400): not those that were hashed.
 */
export type PutOutcome = "stored" | "expired" | "changed";

export type PutRequest = {
  place: PutPlace;
  body: Blob;
  signal: AbortSignal;
  onProgress: (sentBytes: number) => void;
};

/** A line that has moved no byte for this long is taken to be dead. */
const STALL_MS = 60_000;

/** By XMLHttpRequest, since fetch cannot tell how much of a body was sent. Throws an error of errors.ts. */
export const put = ({ place, body, signal, onProgress }: PutRequest): Promise<PutOutcome> => {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const request = new XMLHttpRequest();
    let stall: ReturnType<typeof setTimeout>;
    const watchForStall = () => {
      clearTimeout(stall);
      stall = setTimeout(() => {
        request.abort();
        fail(new TransientError("connection"));
      }, STALL_MS);
    };
    const abort = () => {
      request.abort();
      fail(signal.reason as Error);
    };
    const settle = () => {
      clearTimeout(stall);
      signal.removeEventListener("abort", abort);
    };
    const fail = (error: Error) => {
      settle();
      reject(error);
    };

    request.upload.addEventListener("progress", (event) => {
      watchForStall();
      onProgress(event.loaded);
    });
    request.addEventListener("error", () => {
      clearTimeout(stall);
      // The browser tells the page of both in the same way.
      void isReadable(body).then((isThere) => {
        fail(isThere ? new TransientError("connection") : new UnreadableFileError());
      });
    });
    request.addEventListener("load", () => {
      const outcome = outcomeOf(request.status);
      if (outcome instanceof Error) {
        fail(outcome);
        return;
      }
      settle();
      resolve(outcome);
    });
    signal.addEventListener("abort", abort, { once: true });

    request.open("PUT", place.url);
    for (const [name, value] of Object.entries(place.headers)) {
      // Signed too, but the browser alone may set these two, and it sets them to the same values.
      if (!/^(content-length|host)$/i.test(name)) request.setRequestHeader(name, value);
    }
    watchForStall();
    request.send(body);
  });
};

/** Not once the file was moved or changed since it was chosen, or the card it is on pulled out. */
const isReadable = async (body: Blob): Promise<boolean> => {
  try {
    await body.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
};

const outcomeOf = (status: number): PutOutcome | TransientError => {
  if ((status >= 200 && status < 300) || status === 412) return "stored";
  if (status === 403 || status === 404) return "expired";
  // 409: another write to the same key is under way; 5xx and 429: come back later.
  if (status === 409 || status === 429 || status >= 500) return new TransientError("busy");
  return "changed";
};
