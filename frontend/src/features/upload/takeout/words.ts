/** What an import calls things. */
import { formatNumber } from "@/locale";

import type { DateSource } from "./dates";
import type { Figure } from "./Figures";
import type { Reason } from "./plan";

export const DATES: Readonly<Record<DateSource, string>> = {
  picture: "From the picture",
  sidecar: "From the export",
  name: "From the file name, a guess",
  file: "From the file’s last change, a guess",
  none: "Unknown",
};

const REASONS: Readonly<Record<Reason, string>> = {
  trash: "In the trash of the export",
  locked: "In the locked folder of the export",
  shared: "Shared by others",
  video: "Videos of a kind that is not supported",
  unsupported: "Pictures of a kind that is not supported",
  too_large: "Too large",
  empty: "Empty files",
  broken: "Cannot be read",
  no_picture: "Other files",
  other_sidecar: "Sidecar files of other programs",
  unused_sidecar: "Sidecar files whose picture is not here",
  not_about_pictures: "JSON files that are not about pictures",
};

export const leftFigures = (left: readonly (readonly [Reason, number])[]): Figure[] =>
  left.map(([reason, count]) => ({ label: REASONS[reason], value: formatNumber(count) }));

/** Only what there is. */
export const countFigures = (counts: readonly (readonly [string, number])[]): Figure[] =>
  counts
    .filter(([, count]) => count > 0)
    .map(([label, count]) => ({ label, value: formatNumber(count) }));
