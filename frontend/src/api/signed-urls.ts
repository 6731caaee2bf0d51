/** Keeping a signed address while it lasts, so that fresh data does not download the same picture again. */
import type { Image } from "./types";

const SPARE_MS = 2 * 60_000;

const objectPath = (url: string | null): string | null => url?.split("?", 1)[0] ?? null;

const isFresh = (image: Image): boolean =>
  image.urls_expire_at !== null && Date.parse(image.urls_expire_at) - Date.now() > SPARE_MS;

const sameFields = (a: Image, b: Image): boolean =>
  (Object.keys(b) as (keyof Image)[]).every((key) =>
    key === "failure" ? a.failure?.code === b.failure?.code : a[key] === b[key],
  );

/** The new image with the old addresses where both name the same objects; the old one itself if nothing differs. */
export const keepSignedUrls = (old: Image | undefined, next: Image): Image => {
  if (!old) return next;
  const keeps =
    isFresh(old) &&
    objectPath(old.thumbnail_url) === objectPath(next.thumbnail_url) &&
    objectPath(old.preview_url) === objectPath(next.preview_url);
  const merged: Image = keeps
    ? {
        ...next,
        thumbnail_url: old.thumbnail_url,
        preview_url: old.preview_url,
        urls_expire_at: old.urls_expire_at,
      }
    : next;
  return sameFields(old, merged) ? old : merged;
};
