/** Texts for an album: the number of pictures and their dates. */
import type { Album } from "@/api";
import { dateFormat } from "@/locale";

const format = (options: Intl.DateTimeFormatOptions) => dateFormat({ ...options, timeZone: "UTC" });
const day = format({ day: "numeric", month: "short", year: "numeric" });
const dayAndMonth = format({ day: "numeric", month: "short" });
const onlyDay = format({ day: "numeric" });

/** A wall clock without a zone, of which only the date matters. */
const dateOf = (at: string): Date => new Date(`${at.slice(0, 10)}T00:00:00Z`);

/** "3–9 May 2025", "28 Apr – 9 May 2025", "30 Dec 2024 – 2 Jan 2025"; null: the album is empty. */
export const spanInWords = ({
  first_at: first,
  last_at: last,
}: Pick<Album, "first_at" | "last_at">): string | null => {
  if (first === null || last === null) return null;
  const [from, to] = [dateOf(first), dateOf(last)];
  const end = day.format(to);
  if (first.slice(0, 10) === last.slice(0, 10)) return end;
  if (first.slice(0, 7) === last.slice(0, 7)) return `${onlyDay.format(from)}–${end}`;
  if (first.slice(0, 4) === last.slice(0, 4)) return `${dayAndMonth.format(from)} – ${end}`;
  return `${day.format(from)} – ${end}`;
};
