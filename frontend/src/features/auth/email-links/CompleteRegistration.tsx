/** What the link in the mail to somebody who joins opens: a password, and the account is made. */
import { useLocation } from "wouter";

import { useSession, useWelcome, useWelcomeLink } from "@/api";

import { MIN_PASSWORD_LENGTH } from "../shared/form-errors";
import { useLinkToken } from "../shared/use-link-token";
import { DeadLink, LookedAt } from "./LinkStates";
import { SetPasswordPage } from "./SetPasswordPage";

export const CompleteRegistration = () => {
  const [, navigate] = useLocation();
  const { sign_in: offer, user } = useSession();
  const token = useLinkToken();
  const look = useWelcomeLink(token);
  const welcome = useWelcome();
  const mayAsk = offer.registration === "open" && offer.mail && user === null;
  return (
    <LookedAt
      look={look}
      dead={
        <DeadLink
          wayOn={
            mayAsk
              ? { href: "/register", label: "Ask for a new one" }
              : { href: "/sign-in", label: user ? "To your pictures" : "To the sign-in page" }
          }
        >
          It was used, has expired, or lacks a part of its address. If you have chosen a password
          with it already, simply sign in.
        </DeadLink>
      }
    >
      {({ email }) => (
        <SetPasswordPage
          title="Choose a password"
          lead="Your address is confirmed. A password, and your account is there."
          label="Password"
          button="Make the account"
          token={token}
          email={email}
          least={MIN_PASSWORD_LENGTH}
          send={welcome}
          onDone={() => navigate("/", { replace: true })}
        />
      )}
    </LookedAt>
  );
};
