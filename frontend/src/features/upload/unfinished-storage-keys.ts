/** Storage keys of unfinished uploads; every page needs them at once. */

const accountPrefix = (userId: string): string => `pinhole.unfinished.${userId}.`;

/** Each page keeps a note of its own. */
export const newKey = (userId: string): string => accountPrefix(userId) + crypto.randomUUID();

export const keysOf = (userId: string): string[] =>
  Object.keys(localStorage).filter((key) => key.startsWith(accountPrefix(userId)));

/** Whether there may be something to tell; pages that still upload are among them. */
export const hasUnfinished = (userId: string): boolean => keysOf(userId).length > 0;

/** The database that notes what imports of exports did: see takeout/journal.ts. */
export const importsDatabase = (userId: string): string => IMPORTS + userId;

const IMPORTS = "pinhole.imports.";

/** For the page of who is signed out: a session may end while no page is open. Older browsers list no databases. */
export const forgetImports = async (): Promise<void> => {
  if (!("indexedDB" in window) || !("databases" in window.indexedDB)) return;
  for (const { name } of await window.indexedDB.databases()) {
    if (name?.startsWith(IMPORTS)) window.indexedDB.deleteDatabase(name);
  }
};

/** For sign-out: whoever uses this machine next learns no file names. */
export const forgetUnfinished = (userId: string): void => {
  if ("indexedDB" in window) window.indexedDB.deleteDatabase(importsDatabase(userId));
  for (const key of keysOf(userId)) localStorage.removeItem(key);
};
