/** Page of the link in an e-mail to reset a password. */
import { useLocation } from "wouter";

import { useFinishReset, useResetLink, useSession } from "@/api";

import { MIN_PASSWORD_LENGTH_WITH_FACTOR } from "../shared/form-errors";
import { useLinkToken } from "../shared/use-link-token";
import { SetPasswordPage } from "./SetPasswordPage";

export const ResetPassword = () => {
  const [, navigate] = useLocation();
  const { user } = useSession();
  const token = useLinkToken();
  return (
    <SetPasswordPage
      look={useResetLink(token)}
      dead={{
        wayOn: user
          ? { href: "/settings", label: "To your settings" }
          : { href: "/forgot", label: "Ask for a new one" },
        children: "It was used, is older than 30 minutes, or is incomplete.",
      }}
      title="Set a new password"
      lead="All devices that are signed in to this account will be signed out, and its access tokens end."
      label="New password"
      button="Set the password"
      token={token}
      least={MIN_PASSWORD_LENGTH_WITH_FACTOR}
      rule="15 characters or more. If your account has a passkey or an authenticator app, 8 are enough."
      send={useFinishReset()}
      onDone={() => navigate("/settings/ways-in?after=reset", { replace: true })}
    />
  );
};
