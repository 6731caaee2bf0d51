/** Page of the registration link in an e-mail: sets a password and creates the account. */
import { useLocation } from "wouter";

import { useSession, useWelcome, useWelcomeLink } from "@/api";

import { MIN_PASSWORD_LENGTH } from "../shared/form-errors";
import { useLinkToken } from "../shared/use-link-token";
import { SetPasswordPage } from "./SetPasswordPage";

const DEAD =
  "It was used, has expired, or is incomplete. If you have already chosen a password with it, sign in.";

export const CompleteRegistration = () => {
  const [, navigate] = useLocation();
  const { sign_in: offer, user } = useSession();
  const token = useLinkToken();
  const mayAsk = offer.registration === "open" && offer.mail && user === null;
  const wayOn = mayAsk
    ? { href: "/register", label: "Ask for a new one" }
    : { href: "/sign-in", label: user ? "To your pictures" : "To the sign-in page" };
  return (
    <SetPasswordPage
      look={useWelcomeLink(token)}
      dead={{ wayOn, children: DEAD }}
      title="Choose a password"
      lead="Your address is confirmed. Choose a password to create your account."
      label="Password"
      button="Create account"
      token={token}
      least={MIN_PASSWORD_LENGTH}
      send={useWelcome()}
      onDone={() => navigate("/", { replace: true })}
    />
  );
};
