/** Asking for a link that sets a new password. */
import { Link } from "wouter";

import { useAskForReset, useSession } from "@/api";
import { buttonClass } from "@/ui";

import { AuthLayout } from "../shared/AuthLayout";
import { TextLink } from "../shared/TextLink";
import { RequestLinkForm } from "./RequestLinkForm";

export const ForgotPassword = () => {
  const { mail } = useSession().sign_in;
  const ask = useAskForReset();
  if (!mail) {
    return (
      <AuthLayout
        title="Forgot your password?"
        lead="This site sends no e-mail, so it cannot send you a new one. Sign in another way, or ask its administrator."
      >
        <Link href="/sign-in" className={`${buttonClass("primary")} w-full`}>
          Back to sign in
        </Link>
      </AuthLayout>
    );
  }
  return (
    <RequestLinkForm
      title="Forgot your password?"
      lead="Enter the address of your account, and we send you a link to set a new one."
      button="Send me a link"
      ask={ask}
      sent="If this address has an account, we sent a link that works for 30 minutes to"
      footer={<TextLink href="/sign-in">Back to sign in</TextLink>}
    />
  );
};
