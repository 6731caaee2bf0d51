/** Days in words, and pictures by day. */
import type { ListedImage } from "@/api";
import { dateFormat } from "@/locale";

export type Day = { date: string; title: string; images: readonly ListedImage[] };

const weekdayFormat = dateFormat({ weekday: "short", timeZone: "UTC" });
const dayFormat = dateFormat({
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

const monthFormat = dateFormat({
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** The calendar date where this browser is, "2025-05-03". */
export const localDate = (now: Date): string =>
  `${now.getFullYear()}-${twoDigits(now.getMonth() + 1)}-${twoDigits(now.getDate())}`;

/** "Today", "Yesterday", "Sat, 3 May 2025". */
export const dayTitle = (date: string, now: Date): string => {
  if (date === localDate(now)) return "Today";
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date === localDate(yesterday)) return "Yesterday";
  const day = new Date(`${date}T00:00:00Z`);
  return `${weekdayFormat.format(day)}, ${dayFormat.format(day)}`;
};

/** "July 2024" from "2024-07" or any date in it. */
export const monthTitle = (date: string): string =>
  monthFormat.format(new Date(`${date.slice(0, 7)}-01T00:00:00Z`));

/** The date of a picture's own wall clock. */
const dayTaken = (image: ListedImage): string => image.timeline_at.slice(0, 10);

/** Groups pictures, already newest first, by their days. */
export const groupByDay = (
  images: readonly ListedImage[],
  now: Date,
  dayOf: (image: ListedImage) => string = dayTaken,
): Day[] => {
  const days: (Day & { images: ListedImage[] })[] = [];
  for (const image of images) {
    const date = dayOf(image);
    const last = days.at(-1);
    if (last?.date === date) last.images.push(image);
    // Of an unknown day there is nothing to say.
    else days.push({ date, title: date && dayTitle(date, now), images: [image] });
  }
  return days;
};
