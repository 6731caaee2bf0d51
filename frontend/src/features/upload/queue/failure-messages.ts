/** Messages for the reason why an upload failed. */
import { PermanentError, TransientError } from "./errors";
import type { Failure } from "./upload-state";

export const failureOf = (error: unknown): Failure => {
  if (error instanceof PermanentError) return error.failure;
  if (error instanceof TransientError) return error.kind === "busy" ? TOO_BUSY : NO_CONNECTION;
  return UNFORESEEN;
};

export const lasting = (reason: string): Failure => ({ reason, advice: null, retry: false });

export const CHANGED: Failure = {
  reason: "The file changed while it was being sent.",
  advice: "Try again to send it as it is now.",
  retry: true,
};
export const NO_PLACE_ACCEPTED: Failure = {
  reason: "Storage refused the upload.",
  advice: "Try again. If this happens again, ask the administrator of this site.",
  retry: true,
};
export const GONE: Failure = {
  reason: "It was deleted before it was ready.",
  advice: "Try again to bring it back.",
  retry: true,
};
const NO_CONNECTION: Failure = {
  reason: "The connection was lost several times.",
  advice: "Check the network and try again.",
  retry: true,
};
const TOO_BUSY: Failure = {
  reason: "The server is too busy just now.",
  advice: "Try again in a few minutes.",
  retry: true,
};
const UNFORESEEN: Failure = {
  reason: "Something went wrong here.",
  advice: "Try again, or reload the page and choose the file again.",
  retry: true,
};
