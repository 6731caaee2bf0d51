/** Before anything is sent: how many pictures, to whom, and what that costs at most. */
import { useDescribe, useEstimate, type Asked } from "@/api";
import { errorMessage } from "@/components/settings/error-message";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { formatNumber, picturesInWords } from "@/locale";
import { Button, Dialog, FormAlert, SparkleIcon, useToast } from "@/ui";

import { formatDay, formatMostUsd, formatUsd } from "./money";

type Estimate = NonNullable<ReturnType<typeof useEstimate>["data"]>;

const Fact = ({ name, children }: { name: string; children: string }) => (
  <div className="flex justify-between gap-4">
    <dt className="text-muted">{name}</dt>
    <dd className="text-right font-medium tabular-nums">{children}</dd>
  </div>
);

const Facts = ({ estimate }: { estimate: Estimate }) => (
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
);

const whatHappens = ({ pictures, fits, spent_by, resets_on }: Estimate): string => {
  if (pictures === 0)
    return "All your pictures have a description, wait for one, or are never sent.";
  if (spent_by !== null) {
    const whose = spent_by === "person" ? "Your budget" : "This site's budget";
    return `${whose} has no room for one more picture this month. A new one begins on ${formatDay(resets_on)}.`;
  }
  if (fits < pictures) {
    return `Your budget of this month has room for ${picturesInWords(fits)}. The others wait, and go on where there is room left, or from ${formatDay(resets_on)}.`;
  }
  return "Reduced previews are sent, without location and camera data. You can stop at any time: what waits then is not sent.";
};

type EstimateDialogProps = { ids: Asked; onClose: () => void };

export const EstimateDialog = ({ ids, onClose }: EstimateDialogProps) => {
  const estimate = useEstimate(ids);
  const describe = useDescribe();
  const toast = useToast();
  const found = estimate.data;
  const isPossible = found !== undefined && found.pictures > 0 && found.spent_by === null;
  const start = () =>
    describe.mutate(ids, {
      onSuccess: ({ queued }) => {
        toast.show({
          message: `${picturesInWords(queued)} ${queued === 1 ? "waits" : "wait"} for a description`,
        });
        onClose();
      },
    });
  return (
    <Dialog
      title="Describe pictures"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{isPossible ? "Cancel" : "Close"}</Button>
          {isPossible && (
            <Button look="primary" icon={<SparkleIcon />} busy={describe.isPending} onClick={start}>
              {`Describe ${picturesInWords(found.pictures)}`}
            </Button>
          )}
        </>
      }
    >
      <div className="space-y-4">
        <FormAlert>{errorMessage(describe.error)}</FormAlert>
        <QueryBoundary query={estimate} what="the estimate" rows={3}>
          {(data) => (
            <>
              <Facts estimate={data} />
              <p className="text-muted">{whatHappens(data)}</p>
            </>
          )}
        </QueryBoundary>
      </div>
    </Dialog>
  );
};
