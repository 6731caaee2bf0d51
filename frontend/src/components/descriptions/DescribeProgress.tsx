/** Progress of descriptions that were requested for selected pictures. */
import { useDescriptionCosts, type Estimate } from "@/api";
import { formatNumber, picturesInWords } from "@/locale";
import { Progress } from "@/ui";

import { LeftOut } from "./EstimateFacts";
import { spentInWords } from "./estimate-in-words";

type DescribeProgressProps = {
  /** How many waited at the beginning. */
  queued: number;
  /** As the server said then. */
  before: Estimate;
  /** As the server says now. */
  estimate: Estimate;
};

/** How many of them still wait; what was never asked for, or is described, does not. */
export const stillWaiting = ({ standings }: Estimate): number => standings?.waiting ?? 0;

const WhyItWaits = ({ estimate }: { estimate: Estimate }) => {
  const stopped = useDescriptionCosts().data?.stopped ?? null;
  if (stopped !== null) return <p className="text-danger">{stopped.detail}</p>;
  if (estimate.spent_by !== null) return <p className="text-danger">{spentInWords(estimate)}</p>;
  return <p className="text-muted">This goes on when you close it, and when you leave the page.</p>;
};

const Over = ({ failed }: { failed: number }) =>
  failed > 0 && (
    <p className="text-danger">
      {`${picturesInWords(failed)} could not be described: the details of each say why. `}
      You can ask for {failed === 1 ? "it" : "them"} again.
    </p>
  );

/** Who takes their consent back, deletes a picture or wants it never sent takes it from the queue. */
const NotSent = ({ count }: { count: number }) =>
  count > 0 && (
    <p className="text-muted">
      {`${picturesInWords(count)} ${count === 1 ? "was" : "were"} not sent: stopped, deleted, or never to be sent.`}
    </p>
  );

export const DescribeProgress = ({ queued, before, estimate }: DescribeProgressProps) => {
  const waiting = Math.min(queued, stillWaiting(estimate));
  const failed = estimate.standings?.failed ?? 0;
  const settled = queued - waiting;
  const more = (estimate.standings?.described ?? 0) - (before.standings?.described ?? 0);
  // Those that waited before this was asked become described, too.
  const described = Math.max(0, Math.min(more, settled - failed));
  const notSent = Math.max(0, settled - described - failed);
  return (
    <>
      <p role="status" className="font-medium tabular-nums">
        {waiting === 0
          ? `${picturesInWords(described)} described`
          : `${formatNumber(settled - notSent)} of ${picturesInWords(queued)} done`}
      </p>
      <Progress label="Descriptions" value={queued === 0 ? 1 : settled / queued} />
      {waiting === 0 ? <Over failed={failed} /> : <WhyItWaits estimate={estimate} />}
      <NotSent count={notSent} />
      <LeftOut estimate={before} />
    </>
  );
};
