/** The image of a list: fewer fields than an image, so that a month of them is small. */
import { isCollection } from "./collections";
import type { Image, Listing, MainView } from "../types";

/**
 * An image as a bucket of a timeline knows it. Width and height give its shape only, not its size in pixels,
 * the moment may be given to the minute, and `archived_at` says only whether it is archived.
 * Every `Image` is one, and may stand in its place once it is known.
 */
export type ListedImage = Pick<
  Image,
  "id" | "state" | "timeline_at" | "width" | "height" | "is_animated" | "favourite" | "archived_at"
> &
  // Of the timeline alone: see useStack().
  Partial<Pick<Image, "stack_size" | "is_folded">>;

/** In place of the moment, which a bucket does not have. */
export const ARCHIVED = "archived";

export const isWhole = (image: ListedImage): image is Image => "name" in image;

/** Played from its original, as it is. */
export const isVideo = (image: ListedImage): boolean =>
  isWhole(image) && image.content_type.startsWith("video/");

/** Of an image what a bucket keeps. */
export const toRow = (image: ListedImage): ListedImage => ({
  id: image.id,
  state: image.state,
  timeline_at: image.timeline_at,
  width: image.width,
  height: image.height,
  is_animated: image.is_animated,
  favourite: image.favourite,
  archived_at: image.archived_at === null ? null : ARCHIVED,
  stack_size: image.stack_size ?? null,
  is_folded: image.is_folded ?? false,
});

type Position = Pick<ListedImage, "timeline_at" | "id">;

/** The server's order: newest first, ties by id downwards. Both are text that sorts as it reads. */
export const isBefore = (a: Position, b: Position): boolean =>
  a.timeline_at === b.timeline_at ? a.id > b.id : a.timeline_at > b.timeline_at;

/**
 * Both in the server's order; what is there already keeps its order among itself.
 * `exact` gives what is known better of where something stands.
 */
export const insert = <T extends Position>(
  present: readonly T[],
  arrived: readonly T[],
  exact: (image: T) => Position = (image) => image,
): T[] => {
  const waiting = [...arrived].sort((a, b) => (isBefore(exact(a), exact(b)) ? -1 : 1));
  const all: T[] = [];
  let next = waiting.shift();
  for (const image of present) {
    while (next && isBefore(exact(next), exact(image))) {
      all.push(next);
      next = waiting.shift();
    }
    all.push(image);
  }
  return next ? [...all, next, ...waiting] : all;
};

// What the server lists. An upload that has begun, or that turned out to be no picture, is the upload
// panel's to show.
const LISTED: readonly Image["state"][] = ["processing", "ready", "damaged"];

/** A row comes from a timeline: it was not deleted. */
export const isDeleted = (image: ListedImage): boolean =>
  isWhole(image) && image.deleted_at !== null;

const IN_VIEW: Record<MainView, (image: ListedImage) => boolean> = {
  timeline: (image) => image.archived_at === null && !image.is_folded,
  archive: (image) => image.archived_at !== null,
  favourites: (image) => image.favourite,
};

/** Of an album or a tag it says whether an image may be shown in it: see [Note: Members of collections]. */
export const belongsIn =
  (where: Listing) =>
  (image: ListedImage): boolean => {
    if (!LISTED.includes(image.state)) return false;
    if (where === "trash") return isDeleted(image);
    if (where === "search") return !isDeleted(image);
    return !isDeleted(image) && (isCollection(where) || IN_VIEW[where](image));
  };
