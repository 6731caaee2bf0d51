/** Moments in words, in the time zone of this browser. */
import { counted, dateFormat } from "@/locale";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const clock = dateFormat({ hour: "2-digit", minute: "2-digit" });
const day = dateFormat({ day: "numeric", month: "long" });
const dayAndYear = dateFormat({
  day: "numeric",
  month: "long",
  year: "numeric",
});
const whole = dateFormat({ dateStyle: "full", timeStyle: "long" });

const midnight = (moment: Date): number =>
  new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();

/** "just now", "5 minutes ago", "today at 14:05", "yesterday at 09:30", "3 May at 12:00", "3 May 2024". */
export const formatDateTime = (at: string, now = new Date()): string => {
  const moment = new Date(at);
  const ago = now.getTime() - moment.getTime();
  if (ago >= 0 && ago < MINUTE_MS) return "just now";
  if (ago >= 0 && ago < HOUR_MS) return `${counted(Math.floor(ago / MINUTE_MS), "minute")} ago`;
  const days = Math.round((midnight(moment) - midnight(now)) / DAY_MS);
  const name = { "-1": "yesterday", "0": "today", "1": "tomorrow" }[String(days)];
  if (name !== undefined) return `${name} at ${clock.format(moment)}`;
  if (moment.getFullYear() !== now.getFullYear()) return dayAndYear.format(moment);
  return `${day.format(moment)} at ${clock.format(moment)}`;
};

/** "3 May 2026" */
export const formatDate = (at: string): string => dayAndYear.format(new Date(at));

/** "Sunday 3 May 2026 at 12:00:00 CEST", for whoever rests the pointer. */
export const formatFullDateTime = (at: string): string => whole.format(new Date(at));

export const hasPassed = (at: string, now = Date.now()): boolean => Date.parse(at) <= now;
