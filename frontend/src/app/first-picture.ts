/** Lets what the first screen can do without come after its pictures: they share one connection and one processor. */

/** For slow connections. */
const PATIENCE_MS = 1_500;

let waiting: Promise<void> = Promise.resolve();
let over = new AbortController();

/** Pictures are about to be shown: what can come later waits for the first of them. */
export const expectPictures = (): void => {
  const { signal } = (over = new AbortController());
  waiting = new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve());
  });
  setTimeout(expectNone, PATIENCE_MS);
  document.addEventListener(
    "load", // which does not bubble
    ({ target }) => {
      if (target instanceof HTMLImageElement) requestAnimationFrame(() => setTimeout(expectNone));
    },
    { capture: true, signal },
  );
};

/** There are none, or they are not to be had. */
export const expectNone = (): void => over.abort();

/** Resolves when the first picture has been painted, at once where none is expected, or after a while. */
export const afterFirstPicture = (): Promise<void> => waiting;
