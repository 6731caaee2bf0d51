/**
 * What can go wrong on the way, as types.
 *
 *     Trouble
 *     ├── PassingTrouble       comes and goes: worth another try after a while
 *     └── LastingTrouble       the same answer again tomorrow: says why, and what to do
 *         └── UnreadableFileError
 */
import type { Failure } from "./upload";

export class PassingTrouble extends Error {
  override readonly name = "PassingTrouble";
  readonly kind: "connection" | "busy";

  constructor(kind: "connection" | "busy") {
    super(kind);
    this.kind = kind;
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
