/** Bytes in words. */
import { formatNumber } from "@/locale";

const UNITS = ["bytes", "KB", "MB", "GB", "TB"] as const;

/** "2.4 MB", in the decimal units that shops and clouds bill by. */
export const formatBytes = (bytes: number): string => {
  if (bytes === 1) return "1 byte";
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  return `${formatNumber(value, digits)} ${UNITS[power] ?? ""}`;
};
