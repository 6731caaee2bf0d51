/**
 * What can go wrong on the way, as types.
 *
 *     Trouble
 *     ├── PassingTrouble       comes and goes: worth another try after a while
 *     ├── SignedOutTrouble     the session has ended: goes on once the person is back
 *     └── LastingTrouble       the same answer again tomorrow: says why, and what to do
 *         └── UnreadableFileError
 */
import type { Failure } from "./upload-state";

export class PassingTrouble extends Error {
  override readonly name = "PassingTrouble";
  readonly kind: "connection" | "busy";

  constructor(kind: "connection" | "busy") {
    super(kind);
    this.kind = kind;
  }
}

export class SignedOutTrouble extends Error {
  override readonly name = "SignedOutTrouble";
  /** Resolves when the same person has signed in again. */
  readonly over: Promise<void>;

  constructor(over: Promise<void>) {
    super("signed out");
    this.over = over;
  }
}

export class LastingTrouble extends Error {
  override readonly name: string = "LastingTrouble";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.reason);
    this.failure = failure;
  }
}

export class UnreadableFileError extends LastingTrouble {
  override readonly name = "UnreadableFileError";

  constructor() {
    super({
      reason: "The file could not be read.",
      advice: "It may have been moved or changed. Choose it again.",
      retry: true,
    });
  }
}
