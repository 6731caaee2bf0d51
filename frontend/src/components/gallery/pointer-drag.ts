/** What every drag with a pointer does until it is over. */

type Listen = <Name extends keyof DocumentEventMap>(
  name: Name,
  does: (event: DocumentEventMap[Name]) => void,
) => void;

/** Returns what listens to the document, before all else there, until the signal is aborted. */
export const listenUntil =
  (signal: AbortSignal): Listen =>
  (name, does) =>
    document.addEventListener(name, does, { signal, capture: true });

/** The click that follows is the end of the drag, and opens or selects nothing. */
export const ignoreNextClick = (): void => {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", swallow, { capture: true }));
};
