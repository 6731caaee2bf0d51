/** Signed addresses: completed by what a page says of all, and kept while they last, so that fresh data does not download the same picture again. */
import type { Image, ImagePageAnswer } from "../types";

const SPARE_MS = 2 * 60_000;

const objectPath = (url: string | null): string | null => url?.split("?", 1)[0] ?? null;

/** Whether its addresses still last a while. */
export const isFresh = (image: Pick<Image, "urls_expire_at">): boolean =>
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

/** A page with each address as it is fetched: lists say once what all of theirs share. */
export const withWholeAddresses = <T extends Pick<ImagePageAnswer, "addresses" | "images">>({
  addresses,
  ...page
}: T): Omit<T, "addresses"> => {
  if (!addresses) return page;
  const whole = (own: string | null) =>
    own === null ? null : `${addresses.base}${own}&${addresses.query}`;
  return {
    ...page,
    images: page.images.map((image) => ({
      ...image,
      thumbnail_url: whole(image.thumbnail_url),
      preview_url: whole(image.preview_url),
    })),
  };
};
