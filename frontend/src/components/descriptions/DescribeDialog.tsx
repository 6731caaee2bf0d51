/** Before anything is sent: how many pictures, to whom, what that costs at most; then how far it is. */
import { useState } from "react";
import { Link } from "wouter";

import { toProblem, useDescribe, useEstimate, type Asked, type Estimate } from "@/api";
import { errorMessage } from "@/components/settings/error-message";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { picturesInWords } from "@/locale";
import { Button, Dialog, FormAlert, SparkleIcon, useToast } from "@/ui";

import { DescribeProgress, stillWaiting } from "./DescribeProgress";
import { atPrice, WhenToDescribe, type When } from "./WhenToDescribe";
import { EstimateFacts } from "./EstimateFacts";

type DescribeDialogProps = {
  ids: Asked;
  /** Some of the pictures stand for stacks. */
  hasStacks?: boolean;
  onClose: () => void;
};

/** Consent is given where it is said what is sent to whom. */
const AgreeFirst = ({ onClose }: { onClose: () => void }) => (
  <p>
    Nothing is sent to a model until you agree to it.{" "}
    <Link
      href="/settings/descriptions"
      onClick={onClose}
      className="font-medium text-accent underline underline-offset-2"
    >
      Settings say what is sent to whom
    </Link>
    .
  </p>
);

const waitsADayInWords = (count: number): string =>
  `${picturesInWords(count)} ${count === 1 ? "waits" : "wait"} for a description within a day. The settings show how far it is.`;

const waitsInWords = (count: number): string =>
  `${picturesInWords(count)} ${count === 1 ? "waits" : "wait"} for a description`;

/** Numbers of many pictures are asked for less often. */
const MANY = 1000;
const LOOK_EVERY_MS = 2_000;
const LOOK_EVERY_MS_AT_MANY = 10_000;

export const DescribeDialog = ({ ids, hasStacks = false, onClose }: DescribeDialogProps) => {
  // Of all pictures the settings show how far it is.
  const [begun, setBegun] = useState<{ queued: number; before: Estimate } | null>(null);
  const isMany = ids === null || ids.length > MANY;
  const every = isMany ? LOOK_EVERY_MS_AT_MANY : LOOK_EVERY_MS;
  const estimate = useEstimate(ids, begun === null ? null : every);
  const describe = useDescribe();
  const [when, setWhen] = useState<When>("now");
  const toast = useToast();
  const found = estimate.data && atPrice(estimate.data, when);
  const isBatch = when === "day" && (found?.batch ?? null) !== null;
  const isOff = estimate.error !== null && toProblem(estimate.error).code === "descriptions_off";
  const isPossible =
    begun === null && found !== undefined && found.pictures > 0 && found.spent_by === null;
  const isUnderWay = begun !== null && found !== undefined && stillWaiting(found) > 0;
  const start = () =>
    describe.mutate(
      { ids, batch: isBatch },
      {
        onSuccess: (answer) => {
          if (isBatch) {
            toast.show({ message: waitsADayInWords(answer.queued) });
            onClose();
          } else if (ids === null || found === undefined) {
            toast.show({ message: waitsInWords(answer.queued) });
            onClose();
          } else {
            setBegun({ queued: answer.queued, before: found });
          }
        },
      },
    );
  const close = () => {
    if (isUnderWay) toast.show({ message: waitsInWords(stillWaiting(found)) });
    onClose();
  };
  return (
    <Dialog
      title="Describe pictures"
      onClose={close}
      actions={
        <>
          <Button onClick={close}>{isPossible ? "Cancel" : "Close"}</Button>
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
        {isOff ? (
          <AgreeFirst onClose={onClose} />
        ) : (
          <QueryBoundary query={estimate} what="the estimate" rows={3}>
            {(data) =>
              begun === null ? (
                <>
                  {data.batch !== null && data.pictures > 0 && (
                    <WhenToDescribe estimate={data} onChoose={setWhen} />
                  )}
                  <EstimateFacts estimate={atPrice(data, when)} hasStacks={hasStacks} />
                </>
              ) : (
                <DescribeProgress {...begun} estimate={data} />
              )
            }
          </QueryBoundary>
        )}
      </div>
    </Dialog>
  );
};
