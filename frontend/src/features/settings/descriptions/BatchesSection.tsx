/** Progress of descriptions within a day, and a button to cancel them. */
import { useCancelBatches, useDescriptionBatches, type DescriptionBatches } from "@/api";
import { DateTime } from "@/components/settings/DateTime";
import { errorMessage } from "@/components/settings/error-message";
import { Section } from "@/components/settings/Section";
import { formatNumber, picturesInWords } from "@/locale";
import { Button, FormAlert, Progress } from "@/ui";

const Failed = ({ count }: { count: number }) =>
  count > 0 && (
    <p className="text-danger">
      {`${picturesInWords(count)} could not be described: the details of each say why.`}
    </p>
  );

const UnderWay = ({ batches }: { batches: DescriptionBatches }) => {
  const cancel = useCancelBatches();
  const { pictures, described, answered, waiting, sent } = batches;
  const done = Math.min(pictures, pictures - waiting + answered);
  return (
    <div className="space-y-3">
      <FormAlert>{errorMessage(cancel.error)}</FormAlert>
      <p className="font-medium">
        Waiting since <DateTime at={batches.since} />
      </p>
      <div role="status" className="space-y-3">
        <p className="tabular-nums">
          {`About ${formatNumber(done)} of ${picturesInWords(pictures)} done`}
          {described < done && `, ${formatNumber(described)} of them here`}.
        </p>
        {batches.is_cancelled && (
          <p className="text-muted">
            Being cancelled, which takes some minutes. Descriptions that come back are kept.
          </p>
        )}
      </div>
      <Progress label="Descriptions within a day" value={pictures === 0 ? 1 : done / pictures} />
      {!batches.is_cancelled && sent < waiting && (
        <p className="text-muted">
          {`${picturesInWords(waiting - sent)} ${waiting - sent === 1 ? "is" : "are"} not sent yet.`}
        </p>
      )}
      <Failed count={batches.failed} />
      {!batches.is_cancelled && (
        <>
          <Button busy={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel the rest
          </Button>
          <p className="text-sm text-muted">
            What was not sent yet is not sent. Descriptions that the model has made by now are kept,
            and cost what they cost.
          </p>
        </>
      )}
    </div>
  );
};

const Over = ({ batches, at }: { batches: DescriptionBatches; at: string }) => (
  <div className="space-y-3">
    <p role="status">
      {`${picturesInWords(batches.described)} of ${formatNumber(batches.pictures)} described`}, done{" "}
      <DateTime at={at} />.
    </p>
    <Failed count={batches.failed} />
  </div>
);

export const BatchesSection = () => {
  const batches = useDescriptionBatches().data?.batches ?? null;
  if (batches === null) return null;
  return (
    <Section title="Within a day" lead="Pictures that are described at half the price.">
      {batches.ended_at === null ? (
        <UnderWay batches={batches} />
      ) : (
        <Over batches={batches} at={batches.ended_at} />
      )}
    </Section>
  );
};
