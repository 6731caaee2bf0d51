/** After a mail was asked for: where to look, and what to do if none comes. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";

import { sessionOptions, toProblem, useSession } from "@/api";
import { Button, buttonClass, FormAlert, MailIcon } from "@/ui";

import { AuthLayout } from "../shared/AuthLayout";
import { TextLink } from "../shared/TextLink";
import { useCountdown } from "./use-countdown";

const PAUSE_SECONDS = 60;

type CheckYourEmailProps = {
  email: string;
  /** What was sent, if it was: never whether there is an account. */
  children: string;
  resend: { again: () => void; isPending: boolean; isSuccess: boolean; error: unknown };
  onOtherAddress: () => void;
};

export const CheckYourEmail = ({
  email,
  children,
  resend,
  onOtherAddress,
}: CheckYourEmailProps) => {
  const { mailbox } = useSession().sign_in;
  const [left, startAgain] = useCountdown(PAUSE_SECONDS);
  // The link is often opened in another tab: whoever comes back to this one is signed in.
  useQuery({ ...sessionOptions, refetchOnWindowFocus: "always" });
  return (
    <AuthLayout
      title="Check your e-mail"
      lead={
        <>
          {children} <strong className="font-semibold text-ink">{email}</strong>.
        </>
      }
      footer={<TextLink href="/sign-in">Back to sign in</TextLink>}
    >
      {mailbox && (
        <div className="mb-6 rounded-2xl border border-dashed border-edge p-4">
          <p>Pinhole runs on this machine, so e-mails are not sent. Read them in the mailbox.</p>
          <Link
            href={`/mailbox?to=${encodeURIComponent(email)}`}
            className={`${buttonClass("primary")} mt-4 w-full`}
          >
            <MailIcon />
            Open the mailbox
          </Link>
        </div>
      )}
      <h2 className="font-semibold">Nothing there?</h2>
      <ul className="mt-2 list-disc space-y-1.5 pl-5 text-muted marker:text-edge">
        <li>It can take a minute or two. Check your spam folder, too.</li>
        <li>
          Is the address right?{" "}
          <button
            type="button"
            onClick={onOtherAddress}
            className="font-medium text-accent underline underline-offset-4"
          >
            Use another one
          </button>
        </li>
      </ul>
      <div className="mt-6 space-y-3">
        <FormAlert>{resend.error ? toProblem(resend.error).detail : undefined}</FormAlert>
        <Button
          disabled={left > 0}
          busy={resend.isPending}
          onClick={() => {
            startAgain();
            resend.again();
          }}
          className="w-full tabular-nums"
        >
          {left > 0 ? `Send it again in ${left} s` : "Send it again"}
        </Button>
      </div>
    </AuthLayout>
  );
};
