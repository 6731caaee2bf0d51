/** Naming a passkey, when it is made and later. */
import { useState } from "react";

import { useAddPasskey, useRenamePasskey } from "@/api";
import { useShowError } from "@/components/settings/error-message";
import { fieldError, FormDialog } from "@/components/settings/FormDialog";
import { TextField, useToast } from "@/ui";

import { endedWords } from "./ended-words";

const NO_NAME = "Give it a name that tells you where it is.";
const IDLE = { isPending: false, error: null };

const SYSTEMS: readonly [RegExp, string][] = [
  [/iphone/i, "iPhone"],
  [/ipad/i, "iPad"],
  [/android/i, "Android phone"],
  [/mac/i, "Mac"],
  [/win/i, "Windows computer"],
  [/cros/i, "Chromebook"],
];

/** A first guess at the name: most passkeys stay on the device at hand. */
const thisDevice = (): string =>
  SYSTEMS.find(([pattern]) => pattern.test(navigator.userAgent))?.[1] ?? "This computer";

type AddPasskeyDialogProps = { onCodes: (codes: readonly string[]) => void; onClose: () => void };

export const AddPasskeyDialog = ({ onCodes, onClose }: AddPasskeyDialogProps) => {
  const add = useAddPasskey();
  const toast = useToast();
  const [mistake, setMistake] = useState<string>();

  const submit = (text: (field: string) => string) => {
    const name = text("name").trim();
    setMistake(name === "" ? NO_NAME : undefined);
    if (name === "") return;
    add.mutate(name, {
      onSuccess: ({ recovery_codes, ended }) => {
        onClose();
        toast.show({ message: `The passkey was added${endedWords(ended)}` });
        if (recovery_codes) onCodes(recovery_codes);
      },
    });
  };

  return (
    <FormDialog
      title="Add a passkey"
      action="Continue"
      doing={add}
      isSaidBelow={fieldError(add.error, "name") !== undefined}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-muted">
        Your browser asks next how the passkey is kept: on this device, on your phone, or on a
        security key. As your first passkey or app it signs your other devices out.
      </p>
      <TextField
        label="Name"
        name="name"
        defaultValue={thisDevice()}
        maxLength={100}
        autoComplete="off"
        required
        error={mistake ?? fieldError(add.error, "name")}
      />
    </FormDialog>
  );
};

type RenamePasskeyDialogProps = {
  passkey: { id: string; name: string };
  onClose: () => void;
};

/** Closes at once: the new name stands in the list already, and goes again if the server refuses. */
export const RenamePasskeyDialog = ({ passkey, onClose }: RenamePasskeyDialogProps) => {
  const { mutateAsync: rename } = useRenamePasskey();
  const complain = useShowError();
  const [mistake, setMistake] = useState<string>();

  const submit = (text: (field: string) => string) => {
    const name = text("name").trim();
    setMistake(name === "" ? NO_NAME : undefined);
    if (name === "") return;
    onClose();
    // By promise: callbacks of mutate() are dropped with this dialog.
    if (name !== passkey.name) rename({ id: passkey.id, name }).catch(complain);
  };

  return (
    <FormDialog
      title="Rename the passkey"
      action="Rename"
      doing={IDLE}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label="Name"
        name="name"
        defaultValue={passkey.name}
        maxLength={100}
        autoComplete="off"
        required
        error={mistake}
      />
    </FormDialog>
  );
};
