/**
 * [Note: Early answers] public/early.js asks for the session and the timeline before the page's code is there: they
 * would wait for 100 KB of it otherwise. Whoever asks for the same at the start is given that answer. Each is given
 * once, and none after the start, when it would be old.
 */
declare global {
  // A global of scripts is a var.
  var pinholeEarly: Partial<Record<string, Promise<Response>>> | undefined;
}

/** The answer that is on its way already, if there is one. */
export const takeEarly = ({ method, url }: Request): Promise<Response> | null => {
  const asked = globalThis.pinholeEarly;
  if (!asked || method !== "GET") return null;
  const { origin, pathname, search } = new URL(url);
  const path = pathname + search;
  const answer = origin === window.location.origin ? asked[path] : undefined;
  if (!answer) return null;
  asked[path] = undefined;
  return answer;
};

const leave = (): void => undefined;

/** The start is over: what nobody asked for is not read any further. */
export const forgetEarly = (): void => {
  const left = Object.values(globalThis.pinholeEarly ?? {});
  globalThis.pinholeEarly = undefined;
  for (const answer of left) answer?.then(({ body }) => body?.cancel()).catch(leave);
};
