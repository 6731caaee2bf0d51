/** Storage keys of unfinished uploads; every page needs them at once. */

const accountPrefix = (userId: string): string => `pinhole.unfinished.${userId}.`;

/** Each page keeps a note of its own. */
export const newKey = (userId: string): string => accountPrefix(userId) + crypto.randomUUID();

export const keysOf = (userId: string): string[] =>
  Object.keys(localStorage).filter((key) => key.startsWith(accountPrefix(userId)));

/** Whether there may be something to tell; pages that still upload are among them. */
export const hasUnfinished = (userId: string): boolean => keysOf(userId).length > 0;

/** For sign-out: whoever uses this machine next learns no file names. */
export const forgetUnfinished = (userId: string): void => {
  for (const key of keysOf(userId)) localStorage.removeItem(key);
};
