/** What the link in a mail opens that proves an address. */
import { Link } from "wouter";

import { toProblem, useSession, useVerify } from "@/api";
import { Button, buttonClass, FormAlert } from "@/ui";

import { AccountFrame } from "../AccountFrame";
import { DeadLink } from "./LinkStates";
import { useLinkToken } from "./use-link-token";

const WayOn = () => {
  const { user } = useSession();
  return (
    <Link href={user ? "/" : "/sign-in"} className={`${buttonClass("primary")} w-full`}>
      {user ? "To your pictures" : "To the sign-in page"}
    </Link>
  );
};

/** [Note: A press, not a visit] Programs that check mails open what is linked in them; only a person presses. */
export const Verify = () => {
  const { user } = useSession();
  const token = useLinkToken();
  const verify = useVerify();
  const problem = verify.error ? toProblem(verify.error) : null;
  if (token === "" || problem?.code === "link_dead") {
    return (
      <DeadLink
        wayOn={
          user
            ? { href: "/settings", label: "To your settings" }
            : { href: "/sign-in", label: "To the sign-in page" }
        }
      >
        It was used, is older than 24 hours, or lacks a part of its address. You can have a new one
        sent from your settings.
      </DeadLink>
    );
  }
  if (verify.data) {
    const { email, changed } = verify.data;
    return (
      <AccountFrame
        title={changed ? "Address changed" : "Address confirmed"}
        lead={
          <>
            <strong className="font-semibold text-ink">{email}</strong>{" "}
            {changed
              ? "is the address of your account from now on. Sign in with it."
              : "is yours, as we know now."}
          </>
        }
      >
        <WayOn />
      </AccountFrame>
    );
  }
  return (
    <AccountFrame
      title="Confirm your address"
      lead="One press, and Pinhole knows that this address is yours."
    >
      <div className="space-y-5">
        <FormAlert>{problem?.detail}</FormAlert>
        <Button
          look="primary"
          busy={verify.isPending}
          onClick={() => verify.mutate({ token })}
          className="w-full"
        >
          Confirm the address
        </Button>
      </div>
    </AccountFrame>
  );
};
