/** A counting semaphore, nearly first come first served. */

type Waiting = { weight: number; first: boolean; admit: () => void };

type EnterOptions = {
  weight?: number;
  /** Before all who wait already, but for those that went first as well. */
  first?: boolean;
};

type LaneLimits = {
  /** How many may be inside at once. */
  places: number;
  /** How much they may weigh together (bytes, say). One alone may always enter, however heavy. */
  weight?: number;
};

export class Semaphore {
  readonly #limits: Required<LaneLimits>;
  readonly #waiting: Waiting[] = [];
  #inside = 0;
  #weightInside = 0;

  constructor(limits: LaneLimits) {
    this.#limits = { weight: Number.POSITIVE_INFINITY, ...limits };
  }

  /** Waits for a place and takes it. Call the returned function to leave; calling it again does nothing. */
  enter(
    signal: AbortSignal,
    { weight = 0, first = false }: EnterOptions = {},
  ): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal.reason as Error);
        this.#admitNext();
      };
      const entry: Waiting = {
        weight,
        first,
        admit: () => {
          signal.removeEventListener("abort", giveUp);
          resolve(this.#takePlace(weight));
        },
      };
      signal.addEventListener("abort", giveUp, { once: true });
      const next = first ? this.#waiting.findIndex((other) => !other.first) : -1;
      this.#waiting.splice(next < 0 ? this.#waiting.length : next, 0, entry);
      this.#admitNext();
    });
  }

  #takePlace(weight: number): () => void {
    this.#inside += 1;
    this.#weightInside += weight;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#inside -= 1;
      this.#weightInside -= weight;
      this.#admitNext();
    };
  }

  #admitNext(): void {
    for (let next = this.#waiting[0]; next && this.#hasRoomFor(next); next = this.#waiting[0]) {
      this.#waiting.shift();
      next.admit();
    }
  }

  #hasRoomFor({ weight }: Waiting): boolean {
    if (this.#inside === 0) return true;
    return this.#inside < this.#limits.places && this.#weightInside + weight <= this.#limits.weight;
  }
}
