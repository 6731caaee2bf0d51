/** Pages of shared pictures as rows of a grid, and what is drawn of each once its addresses are known. */
import type { Image, ListedImage, PictureSource, SharedImages } from "@/api";

/** The day of each picture; empty: it is not shown, or the order is not by days. */
const daysOf = ({ days, ids }: SharedImages): readonly string[] => {
  const isByDay = new Set(days.map(({ date }) => date)).size === days.length && days.length > 0;
  if (!isByDay) return ids.map(() => "");
  return days.flatMap(({ date, count }) => Array.from({ length: count }, () => date));
};

export const rowsOf = (page: SharedImages): ListedImage[] => {
  const days = daysOf(page);
  const animated = new Set(page.animated);
  return page.ids.map((id, index) => ({
    id,
    state: "ready",
    timeline_at: days[index] ?? "",
    // A shape, and no size in pixels.
    width: Math.round((page.ratios[index] ?? 1) * 1000),
    height: 1000,
    is_animated: animated.has(index),
    has_motion: false,
    favourite: false,
    archived_at: null,
  }));
};

/** A picture as the grid draws it: what visitors are not told is empty. */
const withAddress = (row: ListedImage, visit: PictureSource, alt: string): Image | null => {
  const urls = visit.urlsOf(row.id);
  return (
    (urls &&
      ({
        ...row,
        name: "",
        size: 0,
        content_type: "",
        failure: null,
        taken_at: null,
        dated_by: "picture",
        created_at: "",
        deleted_at: null,
        alt_text: urls.altText ?? alt,
        description_state: "none",
        description_demo: false,
        thumbhash: urls.thumbhash,
        thumbnail_url: urls.thumbnail,
        preview_url: urls.preview,
        urls_expire_at: null,
        // Of stacks nothing is said here, not even that there is none: this page has no room for it.
      } as Image)) ??
    null
  );
};

/** Those of which there are addresses, as `answers` of these have told. */
export const knownImages = (
  rows: readonly ListedImage[],
  visit: PictureSource,
  nameOf: (id: string) => string,
  answers: number,
): ReadonlyMap<string, Image> => {
  const found = new Map<string, Image>();
  if (answers === 0) return found;
  for (const row of rows) {
    const image = withAddress(row, visit, nameOf(row.id));
    if (image) found.set(row.id, image);
  }
  return found;
};
