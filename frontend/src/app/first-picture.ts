/** Lets what the first screen can do without come after its pictures: they share one connection and one processor. */
import { wasSignedIn } from "./seen-pictures";

/** Pages without pictures, and slow connections. */
const PATIENCE_MS = 1_500;

const wait = (): Promise<void> =>
  new Promise((resolve) => {
    const over = new AbortController();
    const go = () => {
      over.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(go, PATIENCE_MS);
    // Loads of elements do not bubble.
    document.addEventListener(
      "load",
      ({ target }) => {
        if (target instanceof HTMLImageElement) requestAnimationFrame(() => setTimeout(go));
      },
      { capture: true, signal: over.signal },
    );
  });

let waiting: Promise<void> | null = null;

/** Resolves when the first picture has been painted, at once where none is expected, or after a while. */
export const afterFirstPicture = (): Promise<void> =>
  (waiting ??= wasSignedIn() ? wait() : Promise.resolve());
