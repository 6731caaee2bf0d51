/**
 * What stays on this device of whoever is signed in: the pictures seen last, for the page for offline
 * (public/offline.js), and files that were shared and not uploaded yet. Nothing of it outlives a sign-out.
 */
export const OFFLINE_THUMBNAILS = "pinhole-seen";
const SHARED = "pinhole-shared";

/** `wasHere`: somebody was signed in on this page. Else shared files wait for who signs in. */
export const forgetDeviceData = (wasHere: boolean): void => {
  if (!("caches" in window)) return;
  for (const name of wasHere ? [OFFLINE_THUMBNAILS, SHARED] : [OFFLINE_THUMBNAILS])
    void caches.delete(name);
};

/** What was searched for lately: search/recent-searches.ts. */
export const SEARCHES = "pinhole.searches";

export const WAS_SIGNED_IN = "pinhole.was-signed-in";

/** Said by the tab that knew last. */
export const wasSignedIn = (): boolean => {
  try {
    return localStorage.getItem(WAS_SIGNED_IN) === "yes";
  } catch {
    return false;
  }
};
