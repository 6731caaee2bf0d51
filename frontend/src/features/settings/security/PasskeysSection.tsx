/** Passkeys: adding, naming and removing them. */
import { useState } from "react";

import { passkeysWork, useRemovePasskey, type Security } from "@/api";
import { Badge } from "@/components/settings/Badge";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { DateTime } from "@/components/settings/DateTime";
import { KeyIcon } from "@/components/settings/icons";
import { Row, Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import { Button, IconButton, PencilIcon, PlusIcon, useToast } from "@/ui";

import { AddPasskeyDialog, RenamePasskeyDialog } from "./passkey-dialogs";
import { useMayAdd } from "./use-may-add";

type Passkey = Security["passkeys"][number];

type PasskeyRowProps = { passkey: Passkey; onRename: () => void; onRemove: () => void };

const PasskeyRow = ({ passkey, onRename, onRemove }: PasskeyRowProps) => (
  <Row
    icon={<KeyIcon />}
    title={passkey.name}
    badges={passkey.is_backed_up && <Badge>Synced</Badge>}
    actions={
      <>
        <IconButton label={`Rename ${passkey.name}`} onClick={onRename}>
          <PencilIcon />
        </IconButton>
        <Button look="quiet" onClick={onRemove} aria-label={`Remove ${passkey.name}`}>
          Remove
        </Button>
      </>
    }
  >
    <p>
      Added <DateTime at={passkey.created_at} dateOnly />
      {" · "}
      {passkey.last_used_at === null ? (
        "not used yet"
      ) : (
        <>
          last used <DateTime at={passkey.last_used_at} />
        </>
      )}
    </p>
  </Row>
);

const RemovePasskey = ({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) => {
  const remove = useRemovePasskey();
  const toast = useToast();
  return (
    <ConfirmButton
      title={`Remove “${passkey.name}”?`}
      action="Remove the passkey"
      doing={remove}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(passkey.id, {
          onSuccess: () => {
            onClose();
            toast.show({ message: "The passkey was removed" });
          },
        })
      }
    >
      <p>
        It no longer signs you in. Your device may go on offering it until you delete it there as
        well.
      </p>
    </ConfirmButton>
  );
};

type PasskeysSectionProps = {
  passkeys: readonly Passkey[];
  onCodes: (codes: readonly string[]) => void;
};

type Open = { kind: "add" } | { kind: "rename" | "remove"; passkey: Passkey };

export const PasskeysSection = ({ passkeys, onCodes }: PasskeysSectionProps) => {
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const mayAdd = useMayAdd();
  return (
    <Section
      title="Passkeys"
      lead="Sign in with your fingerprint, your face or a security key. A passkey cannot be guessed, nor typed into the wrong page."
      aside={
        passkeysWork() &&
        mayAdd && (
          <Button icon={<PlusIcon />} onClick={() => setOpen({ kind: "add" })}>
            Add a passkey
          </Button>
        )
      }
    >
      <Rows
        label="Passkeys"
        empty={
          passkeysWork()
            ? "You have no passkey yet."
            : "This browser has no passkeys here. They need a current browser and an address that begins with https."
        }
      >
        {passkeys.map((passkey) => (
          <PasskeyRow
            key={passkey.id}
            passkey={passkey}
            onRename={() => setOpen({ kind: "rename", passkey })}
            onRemove={() => setOpen({ kind: "remove", passkey })}
          />
        ))}
      </Rows>
      {open?.kind === "add" && <AddPasskeyDialog onCodes={onCodes} onClose={close} />}
      {open?.kind === "rename" && <RenamePasskeyDialog passkey={open.passkey} onClose={close} />}
      {open?.kind === "remove" && <RemovePasskey passkey={open.passkey} onClose={close} />}
    </Section>
  );
};
