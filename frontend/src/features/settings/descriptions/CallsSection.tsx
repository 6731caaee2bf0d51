/** Each picture that was sent: when, to which model, what it cost, and what became of it. */
import { Link } from "wouter";

import { useModelCalls, type ModelCall } from "@/api";
import { DateTime } from "@/components/settings/DateTime";
import { useShowError } from "@/components/settings/error-message";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Row, Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import { counted } from "@/locale";
import { Button } from "@/ui";

import { formatUsd } from "@/components/descriptions/money";

const OUTCOMES: Readonly<Record<string, string>> = {
  described: "Described",
  unknown: "The answer was lost; counted as the most that it can cost",
  refused: "The model declined",
  rate_limited: "The model was too busy",
  quota_exceeded: "The operator's account had no money",
  unreachable: "The model did not answer",
  unusable_answer: "The answer could not be used",
  bad_key: "The operator's key was refused",
  picture_not_accepted: "The model could not read the picture",
  misconfigured: "The model is set up wrong",
  withdrawn: "Not kept: by then it was not to be sent",
  cancelled: "Cancelled before the model saw it",
  expired: "The model did not come to it within a day",
  token_limit_exceeded: "The model had too much to do",
  not_sent: "Not sent in the end",
};

const outcomeOf = ({ outcome }: ModelCall): string =>
  outcome === null ? "Under way" : (OUTCOMES[outcome] ?? outcome);

const costOf = ({ usd, reserved_usd }: ModelCall): string =>
  usd === null ? `${formatUsd(reserved_usd)} reserved` : formatUsd(usd);

const tokensOf = ({ input_tokens, output_tokens }: ModelCall): string =>
  input_tokens === null || output_tokens === null
    ? ""
    : ` · ${counted(input_tokens + output_tokens, "token")}`;

const CallRow = ({ call }: { call: ModelCall }) => (
  <Row
    title={
      call.is_there ? (
        <Link href={`/images/${call.image_id}`} className="underline underline-offset-2">
          {call.name}
        </Link>
      ) : (
        "A picture that is gone"
      )
    }
    actions={<span className="font-medium tabular-nums">{costOf(call)}</span>}
  >
    <p>
      <DateTime at={call.at} /> · {outcomeOf(call)}
      {call.in_batch && " · within a day, at half the price"}
    </p>
    <p className="break-words">
      {call.model} at {call.host}
      {tokensOf(call)}
    </p>
  </Row>
);

export const CallsSection = () => {
  const calls = useModelCalls();
  const complain = useShowError();
  const more = async () => {
    const { error } = await calls.fetchNextPage();
    if (error) complain(error);
  };
  return (
    <Section
      title="What was sent"
      lead="Each picture that a model was shown. Kept for 400 days, and in the copy of your data."
    >
      <QueryBoundary query={calls} what="the list" rows={4}>
        {(found) => (
          <>
            <Rows label="Pictures that were sent" empty="No picture was sent yet.">
              {found.map((call) => (
                <CallRow key={`${call.at} ${call.image_id}`} call={call} />
              ))}
            </Rows>
            {calls.hasNextPage && (
              <div className="mt-5 border-t border-line pt-5 text-center">
                <Button busy={calls.isFetchingNextPage} onClick={() => void more()}>
                  Show older
                </Button>
              </div>
            )}
          </>
        )}
      </QueryBoundary>
    </Section>
  );
};
