/** Signing in with e-mail and password. */
import { useState, type SubmitEvent } from "react";
import { Link } from "wouter";

import { useSignIn } from "@/api";
import { Button, TextField } from "@/ui";

import {
  errorsFromAnswer,
  readCredentials,
  useFocusOnError,
  type FormErrors,
} from "./account-form";
import { AccountFrame } from "./AccountFrame";
import { FormAlert } from "./FormAlert";
import { PasswordField } from "./PasswordField";

export const SignIn = () => {
  const signIn = useSignIn();
  const [errors, setErrors] = useState<FormErrors>({});
  const form = useFocusOnError(errors);

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (signIn.isPending) return;
    const credentials = readCredentials(event.currentTarget);
    const missing: FormErrors = {
      ...(credentials.email === "" ? { email: "Enter your e-mail address." } : {}),
      ...(credentials.password === "" ? { password: "Enter your password." } : {}),
    };
    setErrors(missing);
    if (Object.keys(missing).length > 0) return;
    signIn.mutate(credentials, { onError: (error) => setErrors(errorsFromAnswer(error)) });
  };

  return (
    <AccountFrame
      title="Sign in"
      lead="Good to see you again."
      footer={
        <>
          New here?{" "}
          <Link href="/register" className="font-medium text-accent underline underline-offset-4">
            Make an account
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
          autoComplete="current-password"
          required
          error={errors.password}
        />
        <Button look="primary" type="submit" busy={signIn.isPending} className="w-full">
          Sign in
        </Button>
      </form>
    </AccountFrame>
  );
};
