/** Making an account: e-mail and a password long enough to stand alone. */
import { useState, type SubmitEvent } from "react";
import { Link } from "wouter";

import { useRegister, type Credentials } from "@/api";
import { Button, CheckIcon, TextField } from "@/ui";

import {
  countCharacters,
  errorsFromAnswer,
  PASSWORD_MIN,
  readCredentials,
  useFocusOnError,
  type FormErrors,
} from "./account-form";
import { AccountFrame } from "./AccountFrame";
import { FormAlert } from "./FormAlert";
import { PasswordField } from "./PasswordField";

const LengthHint = ({ length }: { length: number }) => {
  const isEnough = length >= PASSWORD_MIN;
  return (
    <>
      <div className="mb-1.5 flex items-center gap-2">
        <div className="h-1 grow overflow-hidden rounded-full bg-sunken">
          <div
            className={`h-full rounded-full transition-[width] ${isEnough ? "bg-good" : "bg-accent"}`}
            style={{ width: `${Math.min(100, (length / PASSWORD_MIN) * 100)}%` }}
          />
        </div>
        <span aria-hidden="true" className="flex w-14 justify-end tabular-nums">
          {isEnough ? <CheckIcon className="size-4 text-good" /> : `${length} of ${PASSWORD_MIN}`}
        </span>
      </div>
      {PASSWORD_MIN} characters or more. A few unrelated words are easy to remember.
      {/* Announced once, when it changes; the count itself would be read at every key. */}
      <span role="status" className="sr-only">
        {isEnough ? "Long enough." : ""}
      </span>
    </>
  );
};

const findMistakes = ({ email, password }: Credentials): FormErrors => ({
  ...(email.includes("@") ? {} : { email: "Enter your e-mail address, such as ada@example.org." }),
  ...(countCharacters(password) >= PASSWORD_MIN
    ? {}
    : { password: `Too short: use ${PASSWORD_MIN} characters or more.` }),
});

export const Register = () => {
  const register = useRegister();
  const [errors, setErrors] = useState<FormErrors>({});
  const [length, setLength] = useState(0);
  const form = useFocusOnError(errors);

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (register.isPending) return;
    const credentials = readCredentials(event.currentTarget);
    const mistakes = findMistakes(credentials);
    setErrors(mistakes);
    if (Object.keys(mistakes).length > 0) return;
    register.mutate(credentials, { onError: (error) => setErrors(errorsFromAnswer(error)) });
  };

  return (
    <AccountFrame
      title="Make an account"
      lead="A private place for your pictures."
      footer={
        <>
          Already have one?{" "}
          <Link href="/sign-in" className="font-medium text-accent underline underline-offset-4">
            Sign in
          </Link>
        </>
      }
    >
      <form ref={form} noValidate method="post" onSubmit={onSubmit} className="space-y-5">
        <FormAlert>{errors.form}</FormAlert>
        <TextField
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          inputMode="email"
          autoCapitalize="none"
          spellCheck={false}
          required
          error={errors.email}
        />
        <PasswordField
          label="Password"
          name="password"
          autoComplete="new-password"
          minLength={PASSWORD_MIN}
          required
          error={errors.password}
          hint={<LengthHint length={length} />}
          onChange={(event) => setLength(countCharacters(event.currentTarget.value))}
        />
        <Button look="primary" type="submit" busy={register.isPending} className="w-full">
          Make the account
        </Button>
      </form>
    </AccountFrame>
  );
};
