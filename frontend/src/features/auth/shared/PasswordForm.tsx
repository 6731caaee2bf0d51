/** Signing in by e-mail and password. */
import { useEffect, useRef, useState, type ReactNode, type SubmitEvent } from "react";

import { useSignIn } from "@/api";
import { Button, FormAlert, PasswordField, useFocusOnError } from "@/ui";

import { EmailField } from "./EmailField";
import { emailIn, errorsFromAnswer, hasMistakes, textIn, type FormErrors } from "./form-errors";

type PasswordFormProps = {
  /** Whose account it is, where that is known. */
  email?: string | undefined;
  /** Links the provider that waits in this browser, too: to the account with this address and to no other. */
  link?: boolean;
  /** Stands below the password. */
  children?: ReactNode;
};

export const PasswordForm = ({ email: known, link = false, children }: PasswordFormProps) => {
  const signIn = useSignIn();
  const [errors, setErrors] = useState<FormErrors>({});
  const form = useFocusOnError(errors);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (known !== undefined && !link) field.current?.focus();
  }, [known, link]);

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (signIn.isPending) return;
    const email = emailIn(event.currentTarget);
    const password = textIn(event.currentTarget, "password");
    const missing: FormErrors = {
      ...(email === "" ? { email: "Enter your e-mail address." } : {}),
      ...(password === "" ? { password: "Enter your password." } : {}),
    };
    setErrors(missing);
    if (hasMistakes(missing)) return;
    signIn.mutate(
      { email, password, ...(link ? { link } : {}) },
      { onError: (error) => setErrors(errorsFromAnswer(error)) },
    );
  };

  return (
    <form ref={form} noValidate method="post" onSubmit={onSubmit} className="space-y-5">
      <FormAlert>{errors.form}</FormAlert>
      <EmailField
        autoComplete="username webauthn"
        defaultValue={known}
        readOnly={link}
        error={errors.email}
      />
      <div>
        <PasswordField
          ref={field}
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          error={errors.password}
        />
        {children}
      </div>
      <Button look="primary" type="submit" busy={signIn.isPending} className="w-full">
        {link ? "Sign in and link" : "Sign in"}
      </Button>
    </form>
  );
};
