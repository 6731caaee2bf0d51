/** A provider's sign-in has the address of an account that is here already: its owner proves it once, then both are linked. */
import { useState, type SubmitEvent } from "react";
import { Redirect } from "wouter";

import { passkeysWork, useSession, useSignIn, useWaitingLink } from "@/api";
import { Button, FormAlert, PasswordField, Spinner, useFocusOnError, VisuallyHidden } from "@/ui";

import { AuthLayout } from "../shared/AuthLayout";
import { EmailField } from "../shared/EmailField";
import { errorsFromAnswer, textIn, type FormErrors } from "../shared/form-errors";
import { OrDivider } from "../shared/OrDivider";
import { PasskeyButton } from "../shared/PasskeyButton";
import { ProviderButtons } from "../shared/ProviderButtons";
import { TextLink } from "../shared/TextLink";
import { usePasskeyPrompt } from "../shared/use-passkey-prompt";

type LinkingProps = { provider: string; label: string; email: string; next: string };

const Linking = ({ provider, label, email, next }: LinkingProps) => {
  const hasOthers = useSession().sign_in.providers.some(({ name }) => name !== provider);
  const signIn = useSignIn();
  const passkey = usePasskeyPrompt({ link: true });
  const [errors, setErrors] = useState<FormErrors>({});
  const form = useFocusOnError(errors);

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (signIn.isPending) return;
    const password = textIn(event.currentTarget, "password");
    const missing: FormErrors = password === "" ? { password: "Enter your password." } : {};
    setErrors(missing);
    if (missing.password !== undefined) return;
    signIn.mutate(
      { email, password, link: true },
      { onError: (error) => setErrors(errorsFromAnswer(error)) },
    );
  };

  return (
    <AuthLayout
      title={`Link ${label}`}
      lead={`There is an account with this address already. Sign in to it once as before; from then on ${label} opens it too.`}
      footer={<TextLink href="/sign-in">Do not link, back to sign in</TextLink>}
    >
      <form ref={form} noValidate method="post" onSubmit={onSubmit} className="space-y-5">
        <FormAlert>{errors.form}</FormAlert>
        <EmailField value={email} readOnly autoComplete="username webauthn" error={undefined} />
        <div>
          <PasswordField
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            error={errors.password}
          />
          <p className="mt-2 text-right text-sm">
            <TextLink href="/forgot">Forgot your password?</TextLink>
          </p>
        </div>
        <Button look="primary" type="submit" busy={signIn.isPending} className="w-full">
          Sign in and link
        </Button>
      </form>
      {(passkeysWork() || hasOthers) && <OrDivider />}
      <div className="space-y-3">
        <PasskeyButton prompt={passkey} />
        <ProviderButtons next={next} link={{ but: provider }} />
      </div>
    </AuthLayout>
  );
};

export const LinkProvider = ({ next }: { next: string }) => {
  const waiting = useWaitingLink();
  if (waiting.isPending) {
    return (
      <div role="status" className="flex min-h-dvh items-center justify-center text-muted">
        <Spinner className="size-8" />
        <VisuallyHidden>Loading</VisuallyHidden>
      </div>
    );
  }
  // What the address says of it is not believed: only what this browser's cookie proves.
  if (!waiting.data) return <Redirect to="/sign-in?problem=link_late" replace />;
  return <Linking {...waiting.data} next={next} />;
};
