/** Marks of the scrubber: years, months, and the position of each. */
import { monthTitle } from "@/components/gallery/days";
import { yOfDate, type GridLayout } from "@/components/gallery/layout-sections";

/** The page's header covers as much above the grid. */
export const ABOVE = 100;

export type Month = { key: string; title: string; y: number };
export type Mark = { key: string; share: number; year: string | null };

/** From the newest on: each month with pictures, and where it begins. */
export const monthsOf = (layout: GridLayout): Month[] => {
  const months: Month[] = [];
  for (const section of layout.sections) {
    for (const bucket of section.buckets) {
      const key = bucket.key.slice(0, 7);
      if (months.at(-1)?.key === key) continue;
      months.push({ key, title: monthTitle(key), y: yOfDate(section, key) });
    }
  }
  return months;
};

/** Where in the track a height of the grid is, 0 to 1; the grid's window can be scrolled to `end`. */
export const shareOf = (y: number, end: number): number =>
  Math.min(1, Math.max(0, (y + ABOVE) / (end + ABOVE)));

/** The height of the grid that a place in the track stands for. */
export const heightOf = (share: number, end: number): number => share * (end + ABOVE) - ABOVE;

const YEAR_NEEDS = 22;
const MONTH_NEEDS = 7;

/** Years are written where there is room, other months are dots; what would touch is left out. */
export const marksOf = (months: readonly Month[], end: number, trackHeight: number): Mark[] => {
  const firstOfYear = months.filter(
    ({ key }, at) => months[at - 1]?.key.slice(0, 4) !== key.slice(0, 4),
  );
  const years: Mark[] = [];
  for (const { key, y } of firstOfYear) {
    const share = shareOf(y, end);
    const last = years.at(-1);
    if (last && (share - last.share) * trackHeight < YEAR_NEEDS) continue;
    years.push({ key, share, year: key.slice(0, 4) });
  }
  const dots: Mark[] = [];
  for (const { key, y } of months) {
    const share = shareOf(y, end);
    const isFree = (mark: Mark | undefined, room: number) =>
      mark === undefined || Math.abs(share - mark.share) * trackHeight >= room;
    if (!isFree(dots.at(-1), MONTH_NEEDS)) continue;
    if (years.every((year) => isFree(year, YEAR_NEEDS / 2 + 2)))
      dots.push({ key, share, year: null });
  }
  return [...years, ...dots];
};

/** The month after so many steps from the one that has a date, newest first. `by` years: to their newest month. */
export const stepMonth = (
  months: readonly Month[],
  date: string,
  step: { by: number; unit: "month" | "year" },
): Month | null => {
  const found = months.findIndex(({ key }) => key <= date.slice(0, 7));
  const at = found === -1 ? months.length - 1 : found;
  if (step.unit === "month") return months[at + step.by] ?? null;
  const year = (index: number) => months[index]?.key.slice(0, 4);
  let to = at;
  if (step.by > 0) while (year(to) === year(at)) to += 1;
  else {
    // First to the beginning of this year, then to that of the one before.
    while (to > 0 && year(to - 1) === year(at)) to -= 1;
    if (to === at && at > 0) {
      to = at - 1;
      while (to > 0 && year(to - 1) === year(at - 1)) to -= 1;
    }
  }
  return to === at ? null : (months[to] ?? null);
};
