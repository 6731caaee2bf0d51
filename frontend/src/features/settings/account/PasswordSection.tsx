/** Setting a password, or changing it. */
import { useState } from "react";

import { usePasswordOpinion, useSession, useSetPassword, type Security } from "@/api";
import { fieldError, FormDialog } from "@/components/settings/FormDialog";
import { Section } from "@/components/settings/Section";
import { Button, countCharacters, NewPasswordField, useToast } from "@/ui";

/** The server's rule: long enough to stand alone, or shorter beside a second factor. */
const ALONE_LEAST = 15;
const BESIDE_LEAST = 8;

const leastOf = ({ passkeys, totp }: Security): number =>
  passkeys.length > 0 || totp !== null ? BESIDE_LEAST : ALONE_LEAST;

type PasswordDialogProps = { isSet: boolean; least: number; onClose: () => void };

const PasswordDialog = ({ isSet, least, onClose }: PasswordDialogProps) => {
  const { user } = useSession();
  const email = user?.email ?? "";
  const set = useSetPassword();
  const toast = useToast();
  const [typed, setTyped] = useState("");
  const [mistake, setMistake] = useState<string>();
  const opinion = usePasswordOpinion(typed, { email, least });

  const submit = (text: (field: string) => string) => {
    const password = text("password");
    const isEnough = countCharacters(password) >= least;
    setMistake(isEnough ? undefined : `Too short: use ${least} characters or more.`);
    if (!isEnough) return;
    set.mutate(password, {
      onSuccess: () => {
        onClose();
        const what = isSet ? "Your password was changed" : "Your password was set";
        toast.show({ message: `${what}. Other devices are signed out.` });
      },
    });
  };

  return (
    <FormDialog
      title={isSet ? "Change the password" : "Set a password"}
      action={isSet ? "Change it" : "Set it"}
      doing={set}
      isSaidBelow={fieldError(set.error, "password") !== undefined}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-muted">
        All other devices are signed out. Access tokens keep working; remove those that you do not
        trust.
      </p>
      {/* For password managers, which keep the two together. */}
      <input type="email" name="username" autoComplete="username" value={email} readOnly hidden />
      <NewPasswordField
        label="New password"
        name="password"
        least={least}
        opinion={opinion}
        onType={(text) => {
          setTyped(text);
          // What was complained of is not what stands there now.
          setMistake(undefined);
          if (set.isError) set.reset();
        }}
        error={mistake ?? fieldError(set.error, "password")}
      />
    </FormDialog>
  );
};

export const PasswordSection = ({ security }: { security: Security }) => {
  const [isOpen, setOpen] = useState(false);
  const isSet = security.password.set;
  return (
    <Section
      title="Password"
      lead={
        isSet
          ? "Pinhole stores only a hash of your password."
          : "You have no password. A password is one more way to sign in."
      }
      aside={<Button onClick={() => setOpen(true)}>{isSet ? "Change" : "Set a password"}</Button>}
    >
      {isOpen && (
        <PasswordDialog isSet={isSet} least={leastOf(security)} onClose={() => setOpen(false)} />
      )}
    </Section>
  );
};
