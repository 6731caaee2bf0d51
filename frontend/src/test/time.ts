/** For tests with fake timers whose requests are answered by MSW, which needs real turns of the event loop. */
import { vi } from "vitest";

const STEP_MS = 100;
const realSetTimeout = globalThis.setTimeout;

/** What a promise becomes while faked time goes by, as fast as it can be answered. */
export const whileTimeFlies = async <T>(pending: Promise<T>): Promise<T> => {
  const state = { isSettled: false };
  const settle = () => {
    state.isSettled = true;
  };
  pending.then(settle, settle);
  while (!state.isSettled) {
    await new Promise((resolve) => realSetTimeout(resolve, 0));
    await vi.advanceTimersByTimeAsync(STEP_MS);
  }
  return pending;
};
