/** Making an access token, and the one look at it. */
import { useState } from "react";

import { useMakeAccessToken } from "@/api";
import { CopyButton } from "@/components/settings/CopyButton";
import { formatDate } from "@/components/settings/format-date";
import { fieldError, FormDialog } from "@/components/settings/FormDialog";
import { OneTimeSecret } from "@/components/settings/OneTimeSecret";
import { RadioCards } from "@/components/settings/RadioCards";
import { TextField } from "@/ui";

const SCOPES = [
  { value: "read", label: "Read", about: "See pictures and download them." },
  { value: "write", label: "Read and change", about: "Also upload, describe and delete pictures." },
] as const;

const LIFETIMES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
] as const;

type Made = { token: string; name: string; expires_at: string };

const TheToken = ({ made, onClose }: { made: Made; onClose: () => void }) => {
  const [isKept, setKept] = useState(false);
  return (
    <OneTimeSecret
      title="Your new token"
      isKept={isKept}
      warning="This token is not shown again. Copy it now, or make another one later."
      onClose={onClose}
    >
      <p className="text-muted">
        Copy “{made.name}” to where your script keeps its secrets. It is not shown again, and works
        until {formatDate(made.expires_at)}.
      </p>
      <p className="rounded-xl bg-sunken px-4 py-3 font-mono text-sm break-all select-all">
        {made.token}
      </p>
      <CopyButton text={made.token} onCopied={() => setKept(true)}>
        Copy the token
      </CopyButton>
    </OneTimeSecret>
  );
};

export const NewTokenDialog = ({ onClose }: { onClose: () => void }) => {
  const make = useMakeAccessToken();
  const [nameError, setNameError] = useState<string>();
  if (make.data) return <TheToken made={make.data} onClose={onClose} />;

  const submit = (text: (field: string) => string) => {
    const name = text("name").trim();
    setNameError(name === "" ? "Say what it is for, such as “Backup script”." : undefined);
    if (name === "") return;
    const scope = text("scope") === "write" ? "write" : "read";
    make.mutate({ name, scope, days: Number(text("days")) });
  };

  return (
    <FormDialog
      title="New access token"
      action="Create token"
      doing={make}
      isSaidBelow={fieldError(make.error, "name") !== undefined}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label="What is it for?"
        name="name"
        maxLength={100}
        autoComplete="off"
        required
        error={nameError ?? fieldError(make.error, "name")}
      />
      <RadioCards legend="What may it do?" name="scope" choices={SCOPES} first="read" />
      <RadioCards
        legend="How long does it work?"
        name="days"
        choices={LIFETIMES}
        first="90"
        className="grid-cols-3 text-center"
      />
    </FormDialog>
  );
};
