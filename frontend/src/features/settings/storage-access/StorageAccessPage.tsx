/** Shows what one's session may read in storage, and lets whoever doubts it try. */
import { useState } from "react";

import { toProblem, useIsolation, useProbe, type Probed, type StorageAnswer } from "@/api";
import { fieldError } from "@/components/settings/FormDialog";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Section } from "@/components/settings/Section";
import { Page } from "@/components/settings/SideNavLayout";
import { Button, CheckIcon, FormAlert, TextField, WarningIcon } from "@/ui";

const FORBIDDEN = 403;

const codeClass =
  "overflow-x-auto rounded-xl bg-sunken px-4 py-3 font-mono text-sm whitespace-pre focus-visible:outline-2";

/** Scrolls by keyboard, too: long lines do not fit on phones. */
const Code = ({ label, children }: { label: string; children: string }) => (
  // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  <pre role="group" aria-label={label} tabIndex={0} className={codeClass}>
    {children}
  </pre>
);

const Answer = ({
  what,
  answer,
  isRight,
}: {
  what: string;
  answer: StorageAnswer;
  isRight: boolean;
}) => (
  <p className="flex items-start gap-2">
    {isRight ? (
      <CheckIcon className="size-5 shrink-0 text-good" />
    ) : (
      <WarningIcon className="size-5 shrink-0 text-danger" />
    )}
    <span>
      {what}:{" "}
      <strong>
        {answer.status === 200
          ? "200, it is read"
          : `${String(answer.status)} ${answer.code ?? ""}`}
      </strong>
    </span>
  </p>
);

const Result = ({ probed: { key, others, own } }: { probed: Probed }) => {
  const isRefused = others.status === FORBIDDEN && others.code === "AccessDenied";
  return (
    <div role="status" className="mt-5 space-y-3">
      <Answer what="Somebody else’s picture" answer={others} isRight={isRefused} />
      {own ? (
        <Answer
          what="A picture of yours, with the same session"
          answer={own}
          isRight={own.status === 200}
        />
      ) : (
        <p className="text-muted">Upload a picture to compare: it is read with the same session.</p>
      )}
      {!isRefused && (
        <FormAlert>
          This is not the refusal that was expected. Tell whoever runs this site.
        </FormAlert>
      )}
      <p className="text-sm text-muted">Asked for: {key}. Storage answered:</p>
      <Code label="The answer of storage">{others.text || "(nothing)"}</Code>
    </div>
  );
};

const Try = () => {
  const probe = useProbe();
  const [address, setAddress] = useState("");
  const wrong = fieldError(probe.error, "address");
  return (
    <Section
      title="Try it"
      lead="Your browser now asks storage for somebody else’s picture, signed with your session. Paste the address of one, which they find by opening a picture in a tab of its own; or leave it empty, and a made-up address is tried."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!probe.isPending) probe.mutate(address.trim() === "" ? null : address);
        }}
        className="space-y-4"
      >
        <TextField
          label="Address of somebody else’s picture (optional)"
          name="address"
          autoComplete="off"
          spellCheck={false}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          {...(wrong === undefined ? {} : { error: wrong })}
        />
        <Button look="primary" type="submit" busy={probe.isPending}>
          Ask storage
        </Button>
      </form>
      <FormAlert>
        {probe.error && wrong === undefined ? toProblem(probe.error).detail : undefined}
      </FormAlert>
      {probe.data && <Result probed={probe.data} />}
    </Section>
  );
};

export const StorageAccessPage = () => {
  const isolation = useIsolation();
  return (
    <Page
      title="Storage access"
      lead="Your pictures are read from storage with a session of your own. Its policy limits the session to your files, even if Pinhole has a bug."
    >
      <Section title="The policy of your session">
        <QueryBoundary query={isolation} what="the policy" rows={4}>
          {({ policy, prefix, is_aws: isAws }) => (
            <div className="space-y-4">
              <p>
                It allows access only to files below <code className="break-all">{prefix}</code>,
                where your pictures are. S3 enforces this policy on every request.
              </p>
              <Code label="The policy">{JSON.stringify(policy, null, 2)}</Code>
              {!isAws && (
                <p className="text-muted">
                  This site runs on one machine, where a local program replaces Amazon S3 and
                  enforces the same policy. On AWS, S3 enforces it, and the policy of the role sets
                  the same limit again.
                </p>
              )}
            </div>
          )}
        </QueryBoundary>
      </Section>
      <Try />
    </Page>
  );
};
