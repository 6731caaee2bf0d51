/** A provider's sign-in has the address of an account that is here already: its owner proves it once, then both are linked. */
import { Redirect } from "wouter";

import { passkeysWork, useSession, useWaitingLink } from "@/api";
import { Spinner, VisuallyHidden } from "@/ui";

import { AuthLayout } from "../shared/AuthLayout";
import { OrDivider } from "../shared/OrDivider";
import { PasskeyButton } from "../shared/PasskeyButton";
import { PasswordForm } from "../shared/PasswordForm";
import { ProviderButtons } from "../shared/ProviderButtons";
import { TextLink } from "../shared/TextLink";
import { usePasskeyPrompt } from "../shared/use-passkey-prompt";

type LinkingProps = { provider: string; label: string; email: string; next: string };

const Linking = ({ provider, label, email, next }: LinkingProps) => {
  const hasOthers = useSession().sign_in.providers.some(({ name }) => name !== provider);
  const passkey = usePasskeyPrompt({ link: true });

  return (
    <AuthLayout
      title={`Link ${label}`}
      lead={`There is an account with this address already. Sign in to it once as before; from then on ${label} opens it too.`}
      footer={<TextLink href="/sign-in">Do not link, back to sign in</TextLink>}
    >
      <PasswordForm email={email} link>
        <p className="mt-2 text-right text-sm">
          <TextLink href="/forgot">Forgot your password?</TextLink>
        </p>
      </PasswordForm>
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
