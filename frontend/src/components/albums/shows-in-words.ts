/** Text for what the members of an album get in addition to the pictures. */
import type { MembersSee } from "@/api";

const NAMES: readonly (readonly [keyof MembersSee, string])[] = [
  ["show_dates", "dates"],
  ["show_descriptions", "titles and descriptions"],
  ["show_names", "file names"],
  ["show_places", "places"],
  ["allow_originals", "originals"],
];

/** "Beside the pictures, members get: dates, originals." */
export const showsInWords = (shows: MembersSee): string => {
  const shown = NAMES.filter(([name]) => shows[name]).map(([, called]) => called);
  return shown.length === 0
    ? "Members get nothing beside the pictures."
    : `Beside the pictures, members get: ${shown.join(", ")}.`;
};
