/** Files that a phone shared with Pinhole: the service worker has put them aside. See [Note: Shared files] there. */
const SHARED = "pinhole-shared";
/** Whoever shares comes along at once; what was left is nothing to upload days later. */
const KEPT_MS = 60 * 60_000;

export const readShared = async (): Promise<File[]> => {
  if (!("caches" in window) || !(await caches.has(SHARED))) return [];
  const cache = await caches.open(SHARED);
  const files: File[] = [];
  for (const request of await cache.keys()) {
    const answer = await cache.match(request);
    if (!answer || Number(answer.headers.get("X-At")) < Date.now() - KEPT_MS) continue;
    const blob = await answer.blob();
    const name = decodeURIComponent(answer.headers.get("X-Name") ?? "");
    files.push(new File([blob], name || "shared", { type: blob.type }));
  }
  if (files.length === 0) await forgetShared();
  return files;
};

export const forgetShared = async (): Promise<void> => {
  if ("caches" in window) await caches.delete(SHARED);
};

/** How the service worker says that they are there, or could not be kept; it is taken out of the address. */
export const takeShareNotice = (): "shared" | "failed" | null => {
  const query = new URLSearchParams(window.location.search);
  const notice = query.get("shared");
  if (notice === null) return null;
  query.delete("shared");
  const rest = query.size > 0 ? `?${query.toString()}` : "";
  window.history.replaceState(window.history.state, "", window.location.pathname + rest);
  return notice === "failed" ? "failed" : "shared";
};
