/** Converts the share form to a request of the API. */
import type { Collecting, Share } from "@/api";

const DAY_MS = 86_400_000;

export type Shows = Pick<
  Share,
  "allow_downloads" | "without_metadata" | "show_dates" | "show_descriptions" | "show_names"
>;

export const NOTHING_SHOWN: Shows = {
  allow_downloads: false,
  // Where they are let save originals, these go without the place unless it is said otherwise.
  without_metadata: true,
  show_dates: false,
  show_descriptions: false,
  show_names: false,
};

export const showsOf = (share: Share): Shows => ({
  allow_downloads: share.allow_downloads,
  // What a link says that allows no downloads was never chosen: older ones have none of it.
  without_metadata: share.without_metadata || !share.allow_downloads,
  show_dates: share.show_dates,
  show_descriptions: share.show_descriptions,
  show_names: share.show_names,
});

/** From a number of days, or nothing: until it is ended. */
export const expiryIn = (days: string, now = Date.now()): string | null =>
  days === "" ? null : new Date(now + Number(days) * DAY_MS).toISOString();

/** What guests may add, without what has come; null: they only look. */
export const collectingOf = ({ collect }: Share): Collecting | null =>
  collect && {
    review: collect.review,
    show_pictures: collect.show_pictures,
    max_pictures: collect.max_pictures,
    max_bytes: collect.max_bytes,
  };
