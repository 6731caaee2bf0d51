/** An address and a password for a new account, and a setup code where the page needs one. */
import { useState, type SubmitEvent } from "react";

import { Button, FormAlert, TextField, useFocusOnError } from "@/ui";

import { EmailField } from "../shared/EmailField";
import {
  emailIn,
  errorsFromAnswer,
  hasMistakes,
  MIN_PASSWORD_LENGTH,
  mistakeInEmail,
  mistakeInLength,
  textIn,
  type FormErrors,
} from "../shared/form-errors";
import { NewPasswordInput } from "../shared/NewPasswordInput";

type NewAccount = {
  email: string;
  password: string;
  /** As it was typed; absent where none was asked for. */
  code?: string;
};

type CreateAccountFormProps = {
  /** Sends what was typed: a mutation. */
  create: {
    mutate: (
      account: NewAccount,
      on: { onSuccess?: () => void; onError: (error: unknown) => void },
    ) => void;
    isPending: boolean;
  };
  onDone?: (() => void) | undefined;
  asksForCode?: boolean;
  /** The only address that the account may have; null: any. */
  email?: string | null;
};

export const CreateAccountForm = (props: CreateAccountFormProps) => {
  const { create, onDone, asksForCode = false, email: fixedEmail = null } = props;
  const [errors, setErrors] = useState<FormErrors>({});
  const form = useFocusOnError(errors);

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (create.isPending) return;
    const email = emailIn(event.currentTarget);
    const password = textIn(event.currentTarget, "password");
    const code = asksForCode ? textIn(event.currentTarget, "code").trim() : undefined;
    const mistakes = {
      ...(code === "" ? { code: "Enter the setup code." } : {}),
      ...mistakeInEmail(email),
      ...mistakeInLength(password, MIN_PASSWORD_LENGTH),
    };
    setErrors(mistakes);
    if (hasMistakes(mistakes)) return;
    create.mutate(
      { email, password, ...(code === undefined ? {} : { code }) },
      {
        onError: (error) => setErrors(errorsFromAnswer(error)),
        ...(onDone ? { onSuccess: onDone } : {}),
      },
    );
  };

  return (
    <form ref={form} noValidate method="post" onSubmit={onSubmit} className="space-y-5">
      <FormAlert>{errors.form}</FormAlert>
      {asksForCode && (
        <TextField
          label="Setup code"
          name="code"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          hint="The end of the link that ./scripts/deploy printed, behind its #."
          error={errors.code}
        />
      )}
      <EmailField
        defaultValue={fixedEmail ?? ""}
        readOnly={fixedEmail !== null}
        error={errors.email}
      />
      <NewPasswordInput
        least={MIN_PASSWORD_LENGTH}
        error={errors.password}
        onEdit={() => setErrors({})}
        {...(fixedEmail === null ? {} : { email: fixedEmail })}
      />
      <Button look="primary" type="submit" busy={create.isPending} className="w-full">
        Create account
      </Button>
    </form>
  );
};
