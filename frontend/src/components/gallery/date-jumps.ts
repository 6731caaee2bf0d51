/** Lets what does not stand beside the grid move it to a date. */
type Listener = (date: string) => void;

const listeners = new Set<Listener>();

/** Returns what ends it. */
export const onDateJump = (listener: Listener): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The grid of this page goes to a day, or to the next older one with pictures. */
export const jumpToDate: Listener = (date) => listeners.forEach((listener) => listener(date));
