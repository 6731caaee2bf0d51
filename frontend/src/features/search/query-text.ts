/** The query as text: in the address, and without one of its parts. */
import type { Chip } from "@/api";
import { dateFormat } from "@/locale";

const FORMAT = dateFormat({
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** The part of the query that a chip stands for; the API counts code points. */
export const textOf = (q: string, { start, end }: Chip): string =>
  Array.from(q).slice(start, end).join("");

/** The query without it. */
export const without = (q: string, { start, end }: Chip): string => {
  const letters = Array.from(q);
  return [...letters.slice(0, start), " ", ...letters.slice(end)]
    .join("")
    .replace(/\s+/gu, " ")
    .trim();
};

/** "1 Dec 2025 – 28 Feb 2026": which days a date means; null where it says so itself. */
export const daysOf = (chip: Chip): string | null => {
  if (chip.kind !== "date" || chip.first_day === null || chip.last_day === null) return null;
  return FORMAT.formatRange(new Date(chip.first_day), new Date(chip.last_day));
};
