/** Data of bar charts: names, lengths, and years without pictures. */
import type { Bar, Chart } from "@/api";
import { formatNumber, picturesInWords } from "@/locale";
import { formatBytes } from "@/ui";

export type Measure = "images" | "bytes";

type Words = {
  title: string;
  /** Of the column of a table. */
  column: string;
  unknown: string;
  measure: Measure;
};

export const CHARTS: Record<Chart["by"], Words> = {
  year: { title: "Pictures by year", column: "Year", unknown: "", measure: "images" },
  camera: {
    title: "Pictures by camera",
    column: "Camera",
    unknown: "Camera not known",
    measure: "images",
  },
  lens: { title: "Pictures by lens", column: "Lens", unknown: "Lens not known", measure: "images" },
  country: {
    title: "Pictures by country",
    column: "Country",
    unknown: "Without a country",
    measure: "images",
  },
  type: { title: "Storage by format", column: "Format", unknown: "", measure: "bytes" },
};

export const nameOf = (bar: Bar, by: Chart["by"]): string =>
  bar.is_rest ? "All others" : (bar.label ?? CHARTS[by].unknown);

export const saysOf = (bar: Bar, measure: Measure): string =>
  measure === "bytes" ? formatBytes(bar.bytes) : formatNumber(bar.images);

/** "2024: 12 pictures, 40 MB" */
export const sentenceOf = (bar: Bar, by: Chart["by"]): string =>
  `${nameOf(bar, by)}: ${picturesInWords(bar.images)}, ${formatBytes(bar.bytes)}`;

/** Beyond that, years without pictures would leave no room for those with some. */
const MAX_YEARS = 60;

/** With the years between that have none, if these are not too many. */
export const withEmptyYears = (bars: readonly Bar[]): readonly Bar[] => {
  const first = Number(bars[0]?.label);
  const last = Number(bars.at(-1)?.label);
  if (bars.length === 0 || !(last - first < MAX_YEARS)) return bars;
  const known = new Map(bars.map((bar) => [bar.label, bar]));
  return Array.from({ length: last - first + 1 }, (_, at) => {
    const label = String(first + at);
    return known.get(label) ?? { label, is_rest: false, images: 0, bytes: 0, q: null };
  });
};

/** "12 %", "under 1 %" */
export const shareOf = (part: number, whole: number): string => {
  const percent = whole === 0 ? 0 : (part / whole) * 100;
  return percent > 0 && percent < 1 ? "under 1 %" : `${formatNumber(percent, 0)} %`;
};
