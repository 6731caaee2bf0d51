/** Dates as people type them to go there: "june 2024", "13 May 2019", "2019-05", "2023". */
import { dateFormat, lowerCase } from "@/locale";

export type TypedDate = {
  /** The last day that is meant: the timeline begins with the newest. */
  date: string;
  /** "June 2024" */
  words: string;
};

const UTC = { timeZone: "UTC" } as const;
const MONTHS = Array.from({ length: 12 }, (_, month) =>
  lowerCase(dateFormat({ month: "long", ...UTC }).format(Date.UTC(2024, month))),
);
const asMonth = dateFormat({ month: "long", year: "numeric", ...UTC });
const asDay = dateFormat({ day: "numeric", month: "long", year: "numeric", ...UTC });

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** By its name, or the first three letters of it at least; months count from 1. */
const monthCalled = (name: string): number | null => {
  const at = name.length < 3 ? -1 : MONTHS.findIndex((month) => month.startsWith(name));
  return at === -1 ? null : at + 1;
};

const lastDayOf = (year: number, month: number): number =>
  new Date(Date.UTC(year, month, 0)).getUTCDate();

const make = (year: number, month: number | null, day: number | null): TypedDate | null => {
  if (month === null) return { date: `${year}-12-31`, words: String(year) };
  if (month < 1 || month > 12) return null;
  const last = lastDayOf(year, month);
  if (day !== null && (day < 1 || day > last)) return null;
  const at = Date.UTC(year, month - 1, day ?? 1);
  return {
    date: `${year}-${twoDigits(month)}-${twoDigits(day ?? last)}`,
    words: (day === null ? asMonth : asDay).format(at),
  };
};

/** Null: it is no date. */
export const parseDate = (text: string): TypedDate | null => {
  const typed = lowerCase(text.trim()).replace(/\s+/gu, " ");
  const numbers = /^(?<year>[12]\d{3})(?:-(?<month>\d{1,2})(?:-(?<day>\d{1,2}))?)?$/u.exec(typed);
  if (numbers?.groups) {
    const { year, month, day } = numbers.groups;
    return make(
      Number(year),
      month === undefined ? null : Number(month),
      day === undefined ? null : Number(day),
    );
  }
  const words = /^(?:(?<day>\d{1,2})\.? )?(?<name>\p{L}+)\.? (?<year>[12]\d{3})$/u.exec(typed);
  const month = monthCalled(words?.groups?.["name"] ?? "");
  if (!words?.groups || month === null) return null;
  const { day, year } = words.groups;
  return make(Number(year), month, day === undefined ? null : Number(day));
};
