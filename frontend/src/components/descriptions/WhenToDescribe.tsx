/** Choice between descriptions now, and within a day at half the price. */
import type { Estimate } from "@/api";
import { RadioCards } from "@/components/settings/RadioCards";

import { formatMostUsd } from "./money";

export type When = "now" | "day";

/** The same estimate at the price of then. */
export const atPrice = (estimate: Estimate, when: When): Estimate =>
  when === "day" && estimate.batch !== null ? { ...estimate, ...estimate.batch } : estimate;

type WhenToDescribeProps = { estimate: Estimate; onChoose: (when: When) => void };

const most = ({ most_usd }: Pick<Estimate, "most_usd">): string =>
  `${formatMostUsd(most_usd)} at most`;

export const WhenToDescribe = ({ estimate, onChoose }: WhenToDescribeProps) =>
  estimate.batch !== null && (
    <RadioCards
      legend="When"
      name="when"
      first="now"
      className="sm:grid-cols-2"
      choices={[
        { value: "now", label: "Now", about: most(estimate) },
        { value: "day", label: "Within a day, at half the price", about: most(estimate.batch) },
      ]}
      onChoose={(value) => onChoose(value === "day" ? "day" : "now")}
    />
  );
