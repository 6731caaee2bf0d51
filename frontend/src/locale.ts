/** Formats of dates, numbers and lists: the interface is English, with the day before the month. */
const LOCALE = "en-GB";

export const dateFormat = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(LOCALE, options);

/** "12,345", and with so many digits behind the point at most, and at least, "12,345.6" */
export const formatNumber = (value: number, digits = 3, least = 0): string =>
  value.toLocaleString(LOCALE, { maximumFractionDigits: digits, minimumFractionDigits: least });

/** "1 device", "12,345 devices" */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;

/** "1 picture", "12,345 pictures" */
export const picturesInWords = (count: number): string => counted(count, "picture");

/** "a, b and c", or "a, b or c" */
export const formatList = (items: Iterable<string>, type: "conjunction" | "disjunction"): string =>
  new Intl.ListFormat(LOCALE, { type }).format(items);

export const lowerCase = (text: string): string => text.toLocaleLowerCase(LOCALE);
