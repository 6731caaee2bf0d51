/**
 * Saving what is made bit by bit as one file: by a service worker of its own (service-worker/download-sw.js), or where
 * there is none (over plain HTTP, in some private windows) from memory, and then only so much.
 */
import { scriptAddress } from "@/ui/own-scripts";

const SCOPE = "/download/";
/** Pieces of this size are handed over: each costs a message. */
const PIECE = 512 * 1024;
const PING_MS = 10_000;
/** So much fits into the memory of most phones; Chromium puts more on the disk. */
export const MAX_IN_MEMORY = 1_000_000_000;

export type Saved = {
  to: WritableStream<Uint8Array>;
  /** Whether all has to be made before anything is saved. */
  isInMemory: boolean;
  /** Settles when all was handed over, or none of it will be. */
  finished: Promise<void>;
};

/** The person cancelled it where the browser lists its downloads, or the browser ended it. */
export class SavingEndedError extends Error {}

/** Waits for a worker of ours, which may have to start. Null: there is none. */
const findWorker = async (): Promise<ServiceWorker | null> => {
  if (!("serviceWorker" in navigator)) return null;
  try {
    const options = { scope: SCOPE, updateViaCache: "none" } as const;
    // Of some browsers that allow none, nothing is given.
    const given = (await navigator.serviceWorker.register(
      scriptAddress("/download-sw.js"),
      options,
    )) as ServiceWorkerRegistration | undefined;
    const worker = given?.active ?? given?.waiting ?? given?.installing;
    if (!worker) return null;
    return await new Promise((resolve) => {
      const look = () => {
        if (worker.state === "activated") resolve(worker);
        else if (worker.state === "redundant") resolve(null);
      };
      worker.addEventListener("statechange", look);
      look();
    });
  } catch {
    return null;
  }
};

/** Joins small pieces, and copies: what is handed over is gone here. */
const pieces = (): TransformStream<Uint8Array, Uint8Array> => {
  let piece = new Uint8Array(PIECE);
  let used = 0;
  return new TransformStream({
    transform: (chunk, controller) => {
      for (let from = 0; from < chunk.length;) {
        const part = chunk.subarray(from, from + PIECE - used);
        piece.set(part, used);
        used += part.length;
        from += part.length;
        if (used < PIECE) continue;
        controller.enqueue(piece);
        piece = new Uint8Array(PIECE);
        used = 0;
      }
    },
    flush: (controller) => {
      if (used > 0) controller.enqueue(piece.slice(0, used));
    },
  });
};

const isKnown = (worker: ServiceWorker, id: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data === true);
    worker.postMessage({ id, isAlive: true }, [port2]);
  });

const openFrame = (address: string): HTMLIFrameElement => {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = "Download";
  frame.src = address;
  document.body.append(frame);
  return frame;
};

/** Hands pieces to the worker, each when it asks for one. */
const throughWorker = (
  worker: ServiceWorker,
  name: string,
  onEnded: () => void,
): WritableStream<Uint8Array> => {
  const id = crypto.randomUUID();
  const { port1: port, port2 } = new MessageChannel();
  let wanted = 0;
  let isEnded = false;
  let wake: (() => void) | null = null;
  let frame: HTMLIFrameElement | null = null;
  const go = () => {
    wake?.();
    wake = null;
  };
  const close = () => {
    clearInterval(timer);
    isEnded = true;
    go();
    // A moment later, since Safari ends a download with its frame.
    setTimeout(() => frame?.remove(), PING_MS);
  };
  const lost = () => {
    if (isEnded) return;
    close();
    onEnded();
  };
  const timer = setInterval(() => {
    void isKnown(worker, id).then((isThere) => isThere || lost());
  }, PING_MS);
  port.onmessage = ({ data }) => {
    if (data === "ready") frame = openFrame(SCOPE + id);
    else if (data === "cancelled") lost();
    else wanted += 1;
    go();
  };
  worker.postMessage({ id, name }, [port2]);
  return new WritableStream<Uint8Array>(
    {
      write: async (piece) => {
        while (wanted === 0 && !isEnded) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        if (isEnded) throw new SavingEndedError();
        wanted -= 1;
        port.postMessage(piece, [piece.buffer]);
      },
      close: () => {
        port.postMessage("end");
        close();
      },
      abort: () => {
        port.postMessage("abort");
        close();
      },
    },
    { highWaterMark: 1 },
  );
};

const inMemory = (name: string): WritableStream<Uint8Array> => {
  const all: Blob[] = [];
  return new WritableStream<Uint8Array>({
    write: (piece) => {
      // A Blob each, which the browser may keep on its disk.
      all.push(new Blob([piece as Uint8Array<ArrayBuffer>]));
    },
    close: () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(all, { type: "application/zip" }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    },
  });
};

type SavingOptions = {
  /** Ends it from here. */
  signal: AbortSignal;
  /** It was ended from outside of this page. */
  onEnded: () => void;
};

/** Begins to save a file. */
export const saveStream = async (
  name: string,
  { signal, onEnded }: SavingOptions,
): Promise<Saved> => {
  const worker = await findWorker();
  const end = worker ? throughWorker(worker, name, onEnded) : inMemory(name);
  const joined = pieces();
  const finished = joined.readable.pipeTo(end, { signal });
  // What fails is said where it is written, too.
  finished.catch(() => undefined);
  return { to: joined.writable, isInMemory: worker === null, finished };
};
