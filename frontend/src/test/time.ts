/** For tests with fake timers whose requests are answered by MSW, which needs real turns of the event loop. */
import { vi } from "vitest";

const STEP_MS = 100;

/** What a promise becomes while faked time goes by, as fast as it can be answered. */
export const whileTimeFlies = async <T>(pending: Promise<T>): Promise<T> => {
  let isSettled = false;
  const settle = () => (isSettled = true);
  pending.then(settle, settle);
  while (!isSettled) {
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(STEP_MS);
  }
  return pending;
};
