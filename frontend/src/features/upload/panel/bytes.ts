/** Amounts of data as people say them. */

const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** "3.4 MB", decimal as file managers and cameras count. */
export const megabytes = (bytes: number): string => {
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.5 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  const digits = unit < 2 || amount >= 100 ? 0 : 1;
  const number = amount.toLocaleString(undefined, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${number} ${UNITS[unit] ?? ""}`;
};
