/** Trying again: a few times with growing pauses, never counting the time without a network or a session, or the wait for one's own uploads in other tabs. */
import { TransientError, SignedOutError } from "./errors";

export type Interruption = "offline" | "connection" | "busy" | "signed_out";

type Persistence = {
  signal: AbortSignal;
  /** Told when a pause begins and why. */
  onInterrupted: (cause: Interruption) => void;
  /** Four unless told otherwise. */
  tries?: number;
};

const TRIES = 4;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** Runs `step` until it succeeds, fails for good, or has met passing trouble so many times. */
export const persistently = async <T>(
  step: () => Promise<T>,
  { signal, onInterrupted, tries = TRIES }: Persistence,
): Promise<T> => {
  for (let tried = 0; ;) {
    if (isOffline()) {
      onInterrupted("offline");
      await untilOnline(signal);
    }
    try {
      return await step();
    } catch (error) {
      if (error instanceof SignedOutError) {
        onInterrupted("signed_out");
        await untilOver(error, signal);
        continue;
      }
      if (!(error instanceof TransientError)) throw error;
      if (isOffline()) continue;
      if (error.counts) tried += 1;
      if (tried === tries) throw error;
      onInterrupted(error.kind);
      const length = Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, tried - 1), LONGEST_PAUSE_MS);
      await pause(length * (0.75 + Math.random() / 2), signal);
    }
  }
};

/** Only the negative answer is to be trusted: "online" means no more than that there is some network. */
const isOffline = (): boolean => !navigator.onLine;

const untilOnline = async (signal: AbortSignal): Promise<void> => {
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      window.removeEventListener("online", go);
      reject(signal.reason as Error);
    };
    const go = () => {
      signal.removeEventListener("abort", stop);
      resolve();
    };
    signal.throwIfAborted();
    window.addEventListener("online", go, { once: true });
    signal.addEventListener("abort", stop, { once: true });
  });
};

/** Waits until the person is back; rejects when the signal is aborted first. */
export const untilOver = async ({ over }: SignedOutError, signal: AbortSignal): Promise<void> => {
  await new Promise<void>((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", stop, { once: true });
    void over.then(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
  });
};

/** Waits, but no longer than until the signal is aborted: then it rejects. */
export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await new Promise<void>((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
};
