/** Name of a share link. */
import type { Share } from "@/api";
import { formatNumber } from "@/locale";

export const nameOfShare = ({ name, title, album_title }: Share): string =>
  [name, title, album_title].find((words) => words !== null && words !== "") ?? "Selected pictures";

export const visitsInWords = (visits: number): string => {
  if (visits === 0) return "not opened yet";
  return visits === 1 ? "opened once" : `opened ${formatNumber(visits)} times`;
};

export const sentInWords = (collect: NonNullable<Share["collect"]>): string => {
  const { taken_pictures: taken, max_pictures: most, waiting, show_pictures: isSeen } = collect;
  const sent = `${formatNumber(taken)} of ${formatNumber(most)} pictures sent`;
  const parts = [sent, ...(waiting > 0 ? [`${formatNumber(waiting)} to review`] : [])];
  if (!isSeen) parts.push("guests do not see the album");
  return parts.join(" · ");
};
