/** Estimate of a description request: the number of pictures, the host, the maximum cost, and what is left out. */
import type { Estimate } from "@/api";
import { formatNumber } from "@/locale";

import { leftOut, whatHappens } from "./estimate-in-words";
import { formatMostUsd, formatUsd } from "./money";

const Fact = ({ name, children }: { name: string; children: string }) => (
  <div className="flex justify-between gap-4">
    <dt className="shrink-0 text-muted">{name}</dt>
    <dd className="text-right font-medium tabular-nums">{children}</dd>
  </div>
);

export const LeftOut = ({ estimate }: { estimate: Estimate }) => {
  const lines = estimate.standings === null ? [] : leftOut(estimate.standings);
  if (lines.length === 0) return null;
  return (
    <section aria-label="Left out">
      <h3 className="font-medium">Left out</h3>
      <ul className="mt-1 list-disc space-y-0.5 pl-5 text-muted">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
};

type EstimateFactsProps = { estimate: Estimate; hasStacks: boolean };

export const EstimateFacts = ({ estimate, hasStacks }: EstimateFactsProps) => (
  <>
    <dl className="space-y-2 rounded-2xl bg-sunken px-4 py-3.5">
      <Fact name="Pictures">{formatNumber(estimate.pictures)}</Fact>
      <Fact name="Sent to">{`${estimate.host}, ${estimate.model}`}</Fact>
      <Fact name="Tokens, at most">{formatNumber(estimate.most_tokens)}</Fact>
      <Fact name="Cost, at most">{formatMostUsd(estimate.most_usd)}</Fact>
      {estimate.likely_usd !== null && (
        <Fact name="By your last pictures">{`about ${formatUsd(estimate.likely_usd)}`}</Fact>
      )}
      <Fact name="Left of your budget">
        {estimate.left_usd === null ? "no limit" : formatUsd(estimate.left_usd)}
      </Fact>
    </dl>
    <LeftOut estimate={estimate} />
    <p className="text-muted">
      {whatHappens(estimate)}
      {hasStacks && estimate.pictures > 0 && " Of a stack, the picture in front is sent."}
    </p>
  </>
);
