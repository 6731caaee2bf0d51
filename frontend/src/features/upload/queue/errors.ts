/**
 * What can go wrong on the way, as types.
 *
 *     Error
 *     ├── TransientError       comes and goes: worth another try after a while
 *     ├── SignedOutError       the session has ended: goes on once the person is back
 *     └── PermanentError       the same answer again tomorrow: says why, and what to do
 *         └── UnreadableFileError
 */
import type { Failure } from "./upload-state";

export class TransientError extends Error {
  override readonly name = "TransientError";
  readonly kind: "connection" | "busy";
  /** Whether it is a failure that is counted: waiting for one's own other uploads is none. */
  readonly counts: boolean;

  constructor(kind: "connection" | "busy", { counts = true }: { counts?: boolean } = {}) {
    super(kind);
    this.kind = kind;
    this.counts = counts;
  }
}

export class SignedOutError extends Error {
  override readonly name = "SignedOutError";
  /** Resolves when the same person has signed in again. */
  readonly over: Promise<void>;

  constructor(over: Promise<void>) {
    super("signed out");
    this.over = over;
  }
}

export class PermanentError extends Error {
  override readonly name: string = "PermanentError";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.reason);
    this.failure = failure;
  }
}

export class UnreadableFileError extends PermanentError {
  override readonly name = "UnreadableFileError";

  constructor() {
    super({
      reason: "The file could not be read.",
      advice: "It may have been moved or changed. Choose it again.",
      retry: true,
    });
  }
}
