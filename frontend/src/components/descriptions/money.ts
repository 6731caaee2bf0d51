/** US dollars in words. */
import { dateFormat, formatNumber } from "@/locale";

const CENT = 0.01;

/** "US$4.20", "US$0.0019": as many digits as say something. */
export const formatUsd = (usd: number): string => {
  if (usd === 0) return "US$0";
  if (usd < CENT) return `US$${formatNumber(Number(usd.toPrecision(2)), 6)}`;
  return `US$${formatNumber(usd, 2, 2)}`;
};

/** The same, and never less than it is: for what something costs at most. */
export const formatMostUsd = (usd: number): string =>
  formatUsd(usd < CENT ? usd : Math.ceil(usd / CENT - 1e-9) * CENT);

const day = dateFormat({ day: "numeric", month: "long", timeZone: "UTC" });

/** "1 December" */
export const formatDay = (date: string): string => day.format(new Date(`${date}T00:00:00Z`));
