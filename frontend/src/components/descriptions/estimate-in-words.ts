/** Texts for an estimate of a description request. */
import type { Estimate } from "@/api";
import { picturesInWords } from "@/locale";

import { formatDay } from "./money";

type Standings = NonNullable<Estimate["standings"]>;

const REASONS: readonly [keyof Standings, (count: number) => string][] = [
  ["described", (count) => `${count === 1 ? "has" : "have"} a description`],
  ["waiting", (count) => `${count === 1 ? "waits" : "wait"} for one already`],
  ["never_sent", (count) => `${count === 1 ? "is" : "are"} never sent, as you said`],
  ["not_ready", (count) => `${count === 1 ? "has" : "have"} no preview to send`],
  ["gone", (count) => `${count === 1 ? "is" : "are"} deleted`],
];

/** Why pictures that were selected are not sent: a line for each reason. */
export const leftOut = (standings: Standings): string[] =>
  REASONS.flatMap(([reason, inWords]) => {
    const count = standings[reason];
    return count === 0 ? [] : [`${picturesInWords(count)} ${inWords(count)}`];
  });

/** Whose budget has no room for one more picture. */
export const spentInWords = ({ spent_by, resets_on }: Estimate): string => {
  const whose = spent_by === "person" ? "Your budget" : "This site's budget";
  return `${whose} is used up for this month. It resets on ${formatDay(resets_on)}.`;
};

export const whatHappens = (estimate: Estimate): string => {
  const { pictures, fits, spent_by, resets_on, standings } = estimate;
  if (pictures === 0) {
    return standings === null
      ? "All your pictures have a description, wait for one, or are never sent."
      : "None of the selected pictures would be sent.";
  }
  if (spent_by !== null) return spentInWords(estimate);
  if (fits < pictures) {
    return `Your budget of this month has room for ${picturesInWords(fits)}. The others wait, and go on where there is room left, or from ${formatDay(resets_on)}.`;
  }
  return "Reduced previews are sent, without location and camera data. You can stop at any time: what waits then is not sent.";
};
