/**
 * What stays on this device of whoever is signed in: the pictures seen last, for the page for offline
 * (public/offline.js), and files that were shared and not uploaded yet. Nothing of it outlives a sign-out.
 */
export const SEEN = "pinhole-seen";
const SHARED = "pinhole-shared";

/** `wasHere`: somebody was signed in on this page. Else shared files wait for who signs in. */
export const forgetSeen = (wasHere: boolean): void => {
  if (!("caches" in window)) return;
  for (const name of wasHere ? [SEEN, SHARED] : [SEEN]) void caches.delete(name);
};

/** What was searched for lately: search/recent-searches.ts. */
export const SEARCHES = "pinhole.searches";

export const KEY = "pinhole.was-signed-in";

/** Said by the tab that knew last. */
export const wasSignedIn = (): boolean => {
  try {
    return localStorage.getItem(KEY) === "yes";
  } catch {
    return false;
  }
};
