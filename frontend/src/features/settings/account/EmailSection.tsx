/** The address of an account: whether it is proved, and moving to another one. */
import { useState } from "react";
import { Link } from "wouter";

import { useAskForEmail, useSession, useVerifyEmail } from "@/api";
import { Badge } from "@/components/settings/Badge";
import { useShowError } from "@/components/settings/error-message";
import { fieldError, FormDialog } from "@/components/settings/FormDialog";
import { Section } from "@/components/settings/Section";
import { Button, CheckIcon, FormAlert, TextField, useToast } from "@/ui";

const MailboxLink = () => (
  <Link href="/mailbox" className="font-medium text-accent underline underline-offset-4">
    Read the mails of this machine
  </Link>
);

const ChangeDialog = ({ onClose }: { onClose: () => void }) => {
  const ask = useAskForEmail();
  const toast = useToast();
  const [mistake, setMistake] = useState<string>();

  const submit = (text: (field: string) => string) => {
    const email = text("email").trim();
    const isAddress = email.includes("@");
    setMistake(isAddress ? undefined : "Enter an e-mail address, such as ada@example.org.");
    if (!isAddress) return;
    ask.mutate(email, {
      onSuccess: () => {
        onClose();
        toast.show({ message: `A mail with a link is on its way to ${email}` });
      },
    });
  };

  return (
    <FormDialog
      title="Change the e-mail address"
      action="Send the link"
      doing={ask}
      isSaidBelow={fieldError(ask.error, "email") !== undefined}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-muted">
        The new address gets a mail with a link. Until you open it, everything stays as it is; your
        present address is told as well, and can be put back by a link for a week. If somebody else
        reads it, set up a passkey or an app a week before.
      </p>
      <TextField
        label="New e-mail address"
        name="email"
        type="email"
        autoComplete="email"
        inputMode="email"
        autoCapitalize="none"
        spellCheck={false}
        required
        error={mistake ?? fieldError(ask.error, "email")}
      />
    </FormDialog>
  );
};

const Verify = () => {
  const verify = useVerifyEmail();
  const complain = useShowError();
  if (verify.isSuccess) {
    return (
      <p className="flex items-center gap-2 text-muted" role="status">
        <CheckIcon className="size-5 text-good" /> A mail with a link is on its way.
      </p>
    );
  }
  return (
    <Button busy={verify.isPending} onClick={() => verify.mutate(undefined, { onError: complain })}>
      Send a link to verify it
    </Button>
  );
};

export const EmailSection = ({ pending }: { pending: string | null }) => {
  const { user, sign_in: offer } = useSession();
  const [isChanging, setChanging] = useState(false);
  if (!user) return null;
  return (
    <Section
      title="E-mail"
      aside={offer.mail && <Button onClick={() => setChanging(true)}>Change</Button>}
    >
      <div className="space-y-4">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="text-lg font-medium">{user.email}</span>
          {user.email_verified ? (
            <Badge tone="good">Verified</Badge>
          ) : (
            <Badge tone="accent">Not verified</Badge>
          )}
        </p>
        {!user.email_verified && (
          <p className="text-muted">
            {offer.mail
              ? "Nobody has opened a link in a mail to this address yet. Until then no passkey or app can be added, and it may not help you back into your account."
              : "This Pinhole sends no mail, so the address cannot be verified and a forgotten password cannot be replaced by mail."}
          </p>
        )}
        {!user.email_verified && offer.mail && <Verify />}
        {pending !== null && (
          <FormAlert tone="note">
            Waiting for the link in the mail to <strong>{pending}</strong> to be opened.
          </FormAlert>
        )}
        {offer.mailbox && (pending !== null || !user.email_verified) && (
          <p>
            <MailboxLink />
          </p>
        )}
      </div>
      {isChanging && <ChangeDialog onClose={() => setChanging(false)} />}
    </Section>
  );
};
