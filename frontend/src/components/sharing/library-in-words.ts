/** Texts for what somebody gets of a library. */
import { dayInWords, type LibraryShare } from "@/api";

export type LibraryShows = Pick<
  LibraryShare,
  "show_descriptions" | "show_names" | "show_places" | "allow_originals"
>;

/** The switches, in their order. */
export const LIBRARY_SHOWS: readonly (readonly [keyof LibraryShows, string])[] = [
  ["show_descriptions", "Titles and descriptions"],
  ["show_names", "File names"],
  ["show_places", "Places"],
  ["allow_originals", "Originals"],
];

/** "all pictures", or "pictures from 1 January 2024 on". */
export const sinceInWords = (since: string | null): string =>
  since === null ? "all pictures" : `pictures from ${dayInWords(since)} on`;

/** "dates, places, originals". */
export const libraryShowsInWords = (shows: LibraryShows): string =>
  [
    "dates",
    ...LIBRARY_SHOWS.filter(([name]) => shows[name]).map(([, label]) => label.toLowerCase()),
  ].join(", ");

/** With a capital, at the beginning of a line. */
export const asSentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
