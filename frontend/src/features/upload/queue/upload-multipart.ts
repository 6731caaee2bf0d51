/** Sending a big file part by part: a few at once, one that failed again by itself, none that storage has. */
import type { PartsProgress } from "./parts-progress";
import type { put, PutOutcome } from "./put";
import { persistently } from "./retry";
import type { Semaphore } from "./semaphore";
import type { PartPlace, UploadApi } from "./upload-api";

type PartsOfFile = {
  imageId: string;
  parts: readonly PartPlace[];
  file: File;
  /** Whether the addresses of the parts are too old by now to begin with one. */
  isStale: () => boolean;
  progress: PartsProgress;
  tools: {
    put: typeof put;
    complete: UploadApi["complete"];
    lanes: { parts: Semaphore; sending: Semaphore };
  };
  signal: AbortSignal;
};

/**
 * - `stored`: the file is whole in storage.
 * - `stale`: the addresses got too old on the way; ask for the rest.
 * - `refused`: storage took none, or has not all that it took; ask again, though not for ever.
 * - `changed`: not the bytes that were hashed.
 * - `gone`: the picture was deleted meanwhile.
 */
type PartsOutcome = "stored" | "stale" | "refused" | "changed" | "gone";

const AT_ONCE = 3;
/** A minute of trouble in a row: there is much to lose, and no one may be sitting by. */
export const MAX_TRIES = 8;

/** Throws an error of errors.ts, once all lines have come to their end: what they stored by then stays. */
export const uploadMultipart = async (sending: PartsOfFile): Promise<PartsOutcome> => {
  const missing = sending.parts.filter(({ is_stored }) => !is_stored);
  const outcomes: Awaited<ReturnType<typeof sendPart>>[] = [];
  sending.progress.begin(sending.parts);

  const sendOneByOne = async () => {
    try {
      for (let part = missing.shift(); part; part = missing.shift()) {
        const outcome = await sendPart(part, sending);
        outcomes.push(outcome);
        if (outcome !== "stored") missing.length = 0;
      }
    } catch (error) {
      missing.length = 0;
      throw error;
    }
  };
  const lines = await Promise.allSettled(Array.from({ length: AT_ONCE }, sendOneByOne));
  const broken = lines.find((line) => line.status === "rejected");
  if (broken) throw broken.reason as Error;

  if (outcomes.includes("changed")) return "changed";
  if (outcomes.every((outcome) => outcome === "stored")) return await complete(sending);
  return outcomes.includes("stored") || outcomes.includes("stale") ? "stale" : "refused";
};

const sendPart = async (
  part: PartPlace,
  { file, isStale, progress, tools, signal }: PartsOfFile,
): Promise<PutOutcome | "stale"> => {
  const { url, headers, offset, size } = part;
  // Neither there nor with an address: perhaps the next answer knows better.
  if (url === null || headers === null) return "expired";
  const attempt = async () => {
    if (isStale()) return "stale";
    progress.moved(part, 0);
    return tools.put({
      place: { url, headers },
      body: file.slice(offset, offset + size),
      signal,
      onProgress: (sent) => {
        progress.moved(part, sent);
      },
    });
  };
  const leave = await enterLanes(tools.lanes, signal);
  try {
    const outcome = await persistently(attempt, {
      signal,
      tries: MAX_TRIES,
      onInterrupted: (cause) => {
        progress.paused(part, cause);
      },
    });
    progress.ended(part, { isStored: outcome === "stored" });
    return outcome;
  } finally {
    leave();
  }
};

/** See [Note: Big and small]. */
const enterLanes = async (
  { parts, sending }: PartsOfFile["tools"]["lanes"],
  signal: AbortSignal,
): Promise<() => void> => {
  const leaveParts = await parts.enter(signal);
  try {
    const leaveSending = await sending.enter(signal, { first: true });
    return () => {
      leaveSending();
      leaveParts();
    };
  } catch (error) {
    leaveParts();
    throw error;
  }
};

const complete = async ({
  imageId,
  progress,
  tools,
  signal,
}: PartsOfFile): Promise<PartsOutcome> => {
  const answer = await persistently(() => tools.complete(imageId), {
    signal,
    tries: MAX_TRIES,
    onInterrupted: (cause) => {
      progress.waiting(cause);
    },
  });
  return answer === "complete" ? "stored" : answer === "missing" ? "refused" : "gone";
};

/*
 * [Note: Big and small]
 * Parts wait in a lane of their own, one place narrower than the line: one way is always left to small files,
 * however big the others are. From there they go to the front of the line, since their addresses were made for
 * all of the file at once and get old meanwhile.
 */
