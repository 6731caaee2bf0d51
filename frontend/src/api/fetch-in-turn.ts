/** Repeats requests that fail with 429 too_many_at_once. */
import { takeEarly } from "./early";

/** What the API answers then: nothing was changed, and the same request is as good in a second. */
const CODE = "too_many_at_once";
const PAUSE_MS = 1_000;
/** Other tabs and scripts of one person may be at it for minutes: then the page says so. */
const PATIENCE_MS = 2 * 60_000;

/** As fetch(), but for 429 `too_many_at_once`: waits and goes on, for two minutes at most. */
export const fetchInTurn = async (request: Request): Promise<Response> => {
  const begun = performance.now();
  for (;;) {
    // A body can be sent once.
    const answer = await (takeEarly(request) ?? globalThis.fetch(request.clone()));
    if (!(await isTooManyAtOnce(answer)) || performance.now() - begun > PATIENCE_MS) return answer;
    await pause(pauseAfter(answer), request.signal);
  }
};

const isTooManyAtOnce = async (answer: Response): Promise<boolean> => {
  if (answer.status !== 429) return false;
  const problem: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  return (
    typeof problem === "object" && problem !== null && "code" in problem && problem.code === CODE
  );
};

/** As long as the answer says, and a little more or less, so that several tabs do not come together. */
const pauseAfter = (answer: Response): number => {
  const ms = Number(answer.headers.get("Retry-After")) * 1_000 || PAUSE_MS;
  return ms * (0.75 + Math.random() / 2);
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new DOMException("called off while it waited", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
