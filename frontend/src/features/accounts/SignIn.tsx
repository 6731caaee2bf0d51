/** Signing in: e-mail and password, a passkey, or a provider. */
import { useEffect, useState, type SubmitEvent } from "react";
import { useSearchParams } from "wouter";

import { passkeysWork, useSession, useSignIn } from "@/api";
import { Button, FormAlert, PasswordField, useFocusOnError } from "@/ui";

import { emailIn, errorsFromAnswer, hasMistakes, textIn, type FormErrors } from "./account-form";
import { AccountFrame } from "./AccountFrame";
import { EmailField } from "./EmailField";
import { Or } from "./Or";
import { PasskeyButton } from "./PasskeyButton";
import { problemFromCode } from "./problems";
import { Providers } from "./Providers";
import { TextLink } from "./TextLink";
import { usePasskeyDoor } from "./use-passkey-door";

type SignInProps = {
  /** Where to go on afterwards: a path of this site. */
  next: string;
  /** Why the person was sent here, as the address says. */
  problem: string | null;
};

const WaysToJoin = () => {
  const { registration, mail } = useSession().sign_in;
  if (registration === "closed") return <>This site takes in nobody new.</>;
  if (registration === "invite" || !mail) return <>New here? Joining takes an invitation.</>;
  return (
    <>
      New here? <TextLink href="/register">Make an account</TextLink>
    </>
  );
};

const PasswordForm = () => {
  const signIn = useSignIn();
  const [errors, setErrors] = useState<FormErrors>({});
  const form = useFocusOnError(errors);

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
    signIn.mutate({ email, password }, { onError: (error) => setErrors(errorsFromAnswer(error)) });
  };

  return (
    <form ref={form} noValidate method="post" onSubmit={onSubmit} className="space-y-5">
      <FormAlert>{errors.form}</FormAlert>
      <EmailField autoComplete="username webauthn" error={errors.email} />
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
        Sign in
      </Button>
    </form>
  );
};

/** Said once: whoever then signs in, or comes back to this page, is not told again. */
const useReason = (problem: string | null) => {
  const [reason] = useState(() => problemFromCode(problem));
  const [, setSearch] = useSearchParams();
  useEffect(() => {
    if (!new URLSearchParams(window.location.search).has("problem")) return;
    setSearch(
      (search) => {
        search.delete("problem");
        return search;
      },
      { replace: true },
    );
  }, [setSearch]);
  return reason;
};

export const SignIn = ({ next, problem }: SignInProps) => {
  const { providers } = useSession().sign_in;
  const passkey = usePasskeyDoor();
  const reason = useReason(problem);
  const hasOthers = passkeysWork() || providers.length > 0;
  return (
    <AccountFrame title="Sign in" lead="Good to see you again." footer={<WaysToJoin />}>
      {reason && (
        <div className="mb-6">
          <FormAlert tone={reason.tone}>{reason.words}</FormAlert>
        </div>
      )}
      <PasswordForm />
      {hasOthers && <Or />}
      <div className="space-y-3">
        <PasskeyButton door={passkey} />
        <Providers next={next} />
      </div>
    </AccountFrame>
  );
};
