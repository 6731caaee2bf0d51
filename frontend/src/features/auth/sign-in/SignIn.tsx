/** Signing in: e-mail and password, a passkey, or a provider. */
import { useEffect, useState } from "react";
import { useSearchParams } from "wouter";

import { passkeysWork, useSession } from "@/api";
import { FormAlert } from "@/ui";

import { AuthLayout } from "../shared/AuthLayout";
import { OrDivider } from "../shared/OrDivider";
import { PasskeyButton } from "../shared/PasskeyButton";
import { PasswordForm } from "../shared/PasswordForm";
import { ProviderButtons } from "../shared/ProviderButtons";
import { TextLink } from "../shared/TextLink";
import { usePasskeyPrompt } from "../shared/use-passkey-prompt";
import { DemoButton } from "./DemoButton";
import { problemFromCode } from "./sign-in-errors";

type SignInProps = {
  /** Where to go on afterwards: a path of this site. */
  next: string;
  /** Why the person was sent here, as the address says. */
  problem: string | null;
};

const WaysToJoin = () => {
  const { registration, mail } = useSession().sign_in;
  if (registration === "closed") return <>Registration is closed.</>;
  if (registration === "invite" || !mail) return <>New here? You need an invitation to join.</>;
  return (
    <>
      New here? <TextLink href="/register">Create an account</TextLink>
    </>
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
  const passkey = usePasskeyPrompt();
  const reason = useReason(problem);
  const hasOthers = passkeysWork() || providers.length > 0;
  return (
    <AuthLayout title="Sign in" lead="Good to see you again." footer={<WaysToJoin />}>
      {reason && (
        <div className="mb-6">
          <FormAlert tone={reason.tone}>{reason.words}</FormAlert>
        </div>
      )}
      <DemoButton />
      <PasswordForm>
        <p className="mt-2 text-right text-sm">
          <TextLink href="/forgot">Forgot your password?</TextLink>
        </p>
      </PasswordForm>
      {hasOthers && <OrDivider />}
      <div className="space-y-3">
        <PasskeyButton prompt={passkey} />
        <ProviderButtons next={next} />
      </div>
    </AuthLayout>
  );
};
