/** Making an invitation, and the one look at its link. */
import { useState } from "react";

import { useMakeInvite, useSession } from "@/api";
import { CopyButton } from "@/components/settings/CopyButton";
import { fieldError, FormDialog } from "@/components/settings/FormDialog";
import { OneTimeSecret } from "@/components/settings/OneTimeSecret";
import { TextField } from "@/ui";

type Made = { link: string; email: string | null };

const TheLink = ({ made, onClose }: { made: Made; onClose: () => void }) => {
  const { mail } = useSession().sign_in;
  const isMailed = mail && made.email !== null;
  const [isKept, setKept] = useState(isMailed);
  return (
    <OneTimeSecret
      title="Invitation created"
      isKept={isKept}
      warning="This link is not shown again. Copy it now, or revoke the invitation and create another one."
      onClose={onClose}
    >
      <p className="text-muted">
        {isMailed
          ? `An invitation is on its way to ${made.email ?? ""}. This link does the same, if you want to pass it on yourself.`
          : "Pass this link on. Whoever opens it may join, once, within seven days."}
      </p>
      <p className="rounded-xl bg-sunken px-4 py-3 font-mono text-sm break-all select-all">
        {made.link}
      </p>
      <CopyButton text={made.link} onCopied={() => setKept(true)}>
        Copy the link
      </CopyButton>
    </OneTimeSecret>
  );
};

export const NewInvitationDialog = ({ onClose }: { onClose: () => void }) => {
  const make = useMakeInvite();
  const [mistake, setMistake] = useState<string>();
  if (make.data) return <TheLink made={make.data} onClose={onClose} />;

  const submit = (text: (field: string) => string) => {
    const email = text("email").trim();
    const note = text("note").trim();
    const isFine = email === "" || email.includes("@");
    setMistake(isFine ? undefined : "Enter an e-mail address, or leave this empty.");
    if (!isFine) return;
    make.mutate({ ...(email === "" ? {} : { email }), note });
  };

  return (
    <FormDialog
      title="Invite somebody"
      action="Create invitation"
      doing={make}
      isSaidBelow={Boolean(fieldError(make.error, "email") ?? fieldError(make.error, "note"))}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label="E-mail address (optional)"
        name="email"
        type="email"
        inputMode="email"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        hint="With an address, only it can be used to join. Without, anybody who has the link may."
        error={mistake ?? fieldError(make.error, "email")}
      />
      <TextField
        label="Message (optional)"
        name="note"
        maxLength={100}
        autoComplete="off"
        hint="Shown to whoever opens the link."
        error={fieldError(make.error, "note")}
      />
    </FormDialog>
  );
};
