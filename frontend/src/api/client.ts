/** Talking to the API: typed by its OpenAPI document, failing with ApiProblem, and doing nothing else. */
import { fetchInTurn } from "./fetch-in-turn";
import { makeClient } from "./http";
import type { LocalPaths } from "./local-mode-paths";
import { problemFromAnswer, toProblem } from "./problem";
import type { paths } from "./schema";

export const api = makeClient<paths & LocalPaths>({
  baseUrl: window.location.origin,
  fetch: fetchInTurn,
});

type Answer<T> = { data?: T; error?: unknown; response: Response };

const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "AbortError";

const settle = async <T>(call: Promise<Answer<T>>): Promise<Answer<T>> => {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    // Query cancels what nobody waits for any more and wants to see its own AbortError.
    throw isAbort(error) ? error : toProblem(error);
  }
  if (!answer.response.ok) throw problemFromAnswer(answer.response.status, answer.error);
  return answer;
};

/** The body of a 2xx answer. @throws ApiProblem */
export const read = async <T>(call: Promise<Answer<T>>): Promise<T> => {
  const { data, response } = await settle(call);
  if (data === undefined) throw problemFromAnswer(response.status, undefined);
  return data;
};

/** The body of a 2xx answer; null when the answer is that there is nothing (204). @throws ApiProblem */
export const readIfAny = async <T>(call: Promise<Answer<T>>): Promise<T | null> =>
  (await settle(call)).data ?? null;

/** For answers without a body (204). @throws ApiProblem */
export const done = async (call: Promise<Answer<unknown>>): Promise<void> => {
  await settle(call);
};
