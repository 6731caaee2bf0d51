/** Says on every page that nobody has confirmed the account's address yet, and how to. */
import { Link } from "wouter";

import { toProblem, useSession, useVerifyEmail } from "@/api";
import { Button, MailIcon, useToast } from "@/ui";

const Notice = ({ email, hasMailbox }: { email: string; hasMailbox: boolean }) => {
  const send = useVerifyEmail();
  const toast = useToast();
  const again = () =>
    send.mutate(undefined, {
      onSuccess: () => toast.show({ message: `A mail with a link is on its way to ${email}` }),
      onError: (error) => toast.show({ tone: "error", message: toProblem(error).detail }),
    });
  return (
    <div className="flex flex-wrap items-center justify-center gap-x-5 gap-y-2 bg-accent-soft px-4 py-2">
      <p className="flex min-w-0 items-center gap-2">
        <MailIcon className="size-5 shrink-0" />
        <span className="min-w-0 break-words">
          Confirm your e-mail address: open the link in the mail to{" "}
          <strong className="font-semibold">{email}</strong>.
        </span>
      </p>
      <div className="flex flex-wrap items-center justify-center gap-2">
        {hasMailbox && (
          <Link
            href={`/mailbox?to=${encodeURIComponent(email)}`}
            className="font-medium text-accent underline underline-offset-4"
          >
            Open the mailbox
          </Link>
        )}
        <Button busy={send.isPending} onClick={again}>
          Send it again
        </Button>
        <Link
          href="/settings/account"
          className="font-medium text-accent underline underline-offset-4"
        >
          Wrong address?
        </Link>
      </div>
    </div>
  );
};

export const AddressNotice = () => {
  const { user, sign_in: offer } = useSession();
  const isShown = user !== null && !user.email_verified && offer.mail;
  return (
    <div role="status">{isShown && <Notice email={user.email} hasMailbox={offer.mailbox} />}</div>
  );
};
