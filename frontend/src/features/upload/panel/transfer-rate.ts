/** Speed and remaining time, from the bytes of the last seconds. */

type Sample = { at: number; sent: number };

const WINDOW_MS = 12_000;
/** Before that, a number would only jump about. */
const ENOUGH_MS = 2_500;

export class TransferRate {
  #samples: Sample[] = [];

  /** Bytes per second; null while it is too early to tell, or while nothing moves. */
  measure(sent: number, now: number): number | null {
    const last = this.#samples.at(-1);
    // Clearing the list, or a connection that broke off, takes bytes back: start over.
    if (last && sent < last.sent) this.#samples = [];
    this.#samples = [...this.#samples.filter(({ at }) => now - at <= WINDOW_MS), { at: now, sent }];
    const first = this.#samples[0];
    if (!first || now - first.at < ENOUGH_MS || sent === first.sent) return null;
    return ((sent - first.sent) * 1000) / (now - first.at);
  }
}

export const timeLeft = (seconds: number): string => {
  if (seconds < 8) return "a few seconds left";
  if (seconds < 55) return `about ${Math.ceil(seconds / 10) * 10} seconds left`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return minutes === 1 ? "about a minute left" : `about ${minutes} minutes left`;
  const hours = Math.round(minutes / 60);
  return hours === 1 ? "about an hour left" : `about ${hours} hours left`;
};
