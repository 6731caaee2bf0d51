/** Progress of a multipart upload: one number from several connections. */
import type { Interruption } from "./retry";
import type { PartPlace } from "./upload-api";
import type { Phase } from "./upload-state";

type Told = {
  report: (phase: Phase) => void;
  /** How many bytes storage had before any were sent now. */
  onKept: (bytes: number) => void;
};
type Line = { sent: number; paused: Interruption | null };

export class PartsProgress {
  readonly #told: Told;
  /** The parts that are on a line now, by their number. */
  readonly #lines = new Map<number, Line>();
  #partSize = 0;
  #stored = 0;
  #furthest = 0;
  #hasBegun = false;

  constructor(told: Told) {
    this.#told = told;
  }

  /** Storage says which parts it has: its word counts, even if that is less than was sent. */
  begin(parts: readonly PartPlace[]): void {
    const stored = sizeOf(parts.filter(({ is_stored }) => is_stored));
    if (stored < this.#stored) this.#furthest = stored;
    if (!this.#hasBegun) this.#told.onKept(stored);
    this.#hasBegun = true;
    this.#stored = stored;
    this.#partSize = Math.max(...parts.map(({ size }) => size));
    this.#lines.clear();
    this.#tell();
  }

  moved({ number }: PartPlace, sent: number): void {
    this.#lines.set(number, { sent, paused: null });
    this.#tell();
  }

  paused({ number }: PartPlace, cause: Interruption): void {
    this.#lines.set(number, { sent: 0, paused: cause });
    this.#tell();
  }

  /** No part is on its way, and the server does not answer. */
  waiting(cause: Interruption): void {
    this.#told.report({ name: "interrupted", sent: this.#stored, cause });
  }

  ended({ number, size }: PartPlace, { isStored }: { isStored: boolean }): void {
    this.#lines.delete(number);
    if (isStored) this.#stored += size;
    this.#tell();
  }

  #tell(): void {
    const lines = [...this.#lines.values()];
    const counted = lines.reduce((sum, { sent }) => sum + sent, this.#stored);
    // All lines break at once when the network goes: what a person sees goes back by one part and then waits.
    const sent = Math.max(counted, this.#furthest - this.#partSize);
    this.#furthest = Math.max(this.#furthest, sent);
    const cause = lines.every(({ paused }) => paused !== null) ? lines.at(-1)?.paused : null;
    this.#told.report(cause ? { name: "interrupted", sent, cause } : { name: "sending", sent });
  }
}

export const sizeOf = (parts: readonly PartPlace[]): number =>
  parts.reduce((sum, { size }) => sum + size, 0);
