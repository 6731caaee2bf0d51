/** Local mode: the mails that would have been sent, newest first, with links that work. */
import { Fragment, useEffect, useState, type SubmitEvent } from "react";
import { useSearchParams } from "wouter";

import { toProblem, useMails, useOpenMailbox, type Mail } from "@/api";
import { dateFormat } from "@/locale";
import {
  Button,
  EmptyState,
  ErrorState,
  LogoMark,
  MailIcon,
  Spinner,
  TextField,
  usePageTitle,
  VisuallyHidden,
} from "@/ui";

import { textIn } from "../shared/form-errors";
import { TextLink } from "../shared/TextLink";
import { useLinkToken } from "../shared/use-link-token";

/** The text with its links to press. Everything else in it stays text. */
const Words = ({ text, links }: { text: string; links: readonly string[] }) => {
  const found = links.find((link) => text.includes(link));
  if (found === undefined) return <>{text}</>;
  const [before = "", ...after] = text.split(found);
  const isOurs = found.startsWith(`${window.location.origin}/`);
  return (
    <>
      {before}
      {isOurs ? (
        <a href={found} className="font-medium text-accent underline underline-offset-4">
          {found}
        </a>
      ) : (
        found
      )}
      {after.map((part, index) => (
        // Parts have no names, and never change places.
        <Fragment key={index}>
          <Words text={part} links={links.filter((link) => link !== found)} />
        </Fragment>
      ))}
    </>
  );
};

const timeFormat = dateFormat({ hour: "numeric", minute: "2-digit" });

const MailEntry = ({ mail }: { mail: Mail }) => (
  <li>
    <article
      aria-label={mail.subject}
      className="rounded-3xl border border-line bg-surface p-5 shadow-card sm:p-7"
    >
      <h2 className="text-lg font-semibold tracking-tight">{mail.subject}</h2>
      <p className="mt-1 text-sm text-muted">
        To {mail.to} · <time dateTime={mail.at}>{timeFormat.format(new Date(mail.at))}</time>
      </p>
      <p className="mt-4 whitespace-pre-wrap">
        {/* The full stop of a sentence is not the link's. */}
        <Words text={mail.text} links={mail.links.map((link) => link.replace(/[.,]$/u, ""))} />
      </p>
    </article>
  </li>
);

/** For a browser that was not opened by the address that the launcher printed. */
const Locked = () => {
  const open = useOpenMailbox();
  const [mistake, setMistake] = useState<string>();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = textIn(event.currentTarget, "address").trim();
    const field = event.currentTarget.elements.namedItem("address");
    const returnToField = () => {
      if (field instanceof HTMLInputElement) field.focus();
    };
    const key = typed.slice(typed.indexOf("#") + 1);
    setMistake(key === "" ? "Paste the whole address, with the part after the #." : undefined);
    if (key === "") returnToField();
    else open.mutate(key, { onError: returnToField });
  };
  return (
    <form
      noValidate
      method="post"
      onSubmit={submit}
      className="space-y-5 rounded-3xl border border-line bg-surface p-5 shadow-card sm:p-7"
    >
      <div>
        <h2 className="text-lg font-semibold tracking-tight">This browser cannot read it yet</h2>
        <p className="mt-2 text-muted">
          Other people may have accounts on this machine, so the mailbox needs a key that changes at
          each start. Open the mailbox’s address that <code>./scripts/start</code> printed, or paste
          it here.
        </p>
      </div>
      <TextField
        label="Address of the mailbox"
        name="address"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        required
        error={mistake ?? (open.error ? toProblem(open.error).detail : undefined)}
      />
      <Button look="primary" type="submit" busy={open.isPending}>
        Open the mailbox
      </Button>
    </form>
  );
};

const Mails = ({ to, onAll }: { to: string | null; onAll: () => void }) => {
  const mails = useMails(to);
  if (mails.isError && toProblem(mails.error).code === "mailbox_locked") return <Locked />;
  return (
    <>
      {to !== null && (
        <p className="mb-6 flex flex-wrap items-center gap-x-4 gap-y-2">
          <span>
            Mails to <strong className="font-semibold">{to}</strong>
          </span>
          <Button onClick={onAll}>Show all</Button>
        </p>
      )}
      {mails.isPending && <Loading />}
      {mails.isError && (
        <ErrorState
          title="The mailbox could not be opened"
          detail={toProblem(mails.error).detail}
          onRetry={() => void mails.refetch()}
          busy={mails.isFetching}
        />
      )}
      {mails.data?.mails.length === 0 && (
        <EmptyState picture={<MailIcon className="size-12 text-muted" />} title="No mail yet">
          <p>It comes by itself within a few seconds.</p>
        </EmptyState>
      )}
      <ul className="space-y-4" aria-live="polite">
        {mails.data?.mails.map((mail) => (
          <MailEntry key={mail.id} mail={mail} />
        ))}
      </ul>
    </>
  );
};

const Loading = () => (
  <div role="status" className="flex justify-center py-16 text-muted">
    <Spinner />
    <VisuallyHidden>Loading the mails</VisuallyHidden>
  </div>
);

export const LocalMailbox = () => {
  usePageTitle("Mailbox");
  const [search, setSearch] = useSearchParams();
  const key = useLinkToken();
  const { mutate: open, isSuccess, isError } = useOpenMailbox();
  useEffect(() => {
    if (key !== "") open(key);
  }, [key, open]);
  const isOpening = key !== "" && !isSuccess && !isError;
  return (
    <main className="mx-auto flex min-h-dvh max-w-3xl flex-col px-4 py-8 sm:px-6">
      <p className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
        <LogoMark />
        Pinhole
      </p>
      <h1 className="mt-8 text-3xl font-semibold tracking-tight">Mailbox</h1>
      <p className="mt-2 mb-6 text-muted">
        Pinhole runs on this machine only: what it would send by mail lands here.{" "}
        <TextLink href="/">Back to Pinhole</TextLink>
      </p>
      {isOpening ? (
        <Loading />
      ) : (
        <Mails to={search.get("to")} onAll={() => setSearch({}, { replace: true })} />
      )}
    </main>
  );
};
