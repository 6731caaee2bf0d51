/** What the link in a mail opens that proves an address, for the person who is signed in. */
import { Link } from "wouter";

import { toProblem, useVerify } from "@/api";
import { Button, buttonClass, FormAlert } from "@/ui";

import { AuthLayout } from "../shared/AuthLayout";
import { useLinkToken } from "../shared/use-link-token";
import { DeadLink } from "./LinkStates";

/** [Note: A press, not a visit] Programs that check mails open what is linked in them; only a person presses. */
export const VerifyEmail = () => {
  const token = useLinkToken();
  const verify = useVerify();
  const problem = verify.error ? toProblem(verify.error) : null;
  if (token === "" || problem?.code === "link_dead") {
    return (
      <DeadLink wayOn={{ href: "/settings", label: "To your settings" }}>
        {problem?.detail ??
          "It lacks a part of its address. Open it from the mail once more, or have a new one sent from your settings."}
      </DeadLink>
    );
  }
  if (verify.data) {
    const { email, changed } = verify.data;
    return (
      <AuthLayout
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
        <Link href="/" className={`${buttonClass("primary")} w-full`}>
          To your pictures
        </Link>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout
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
    </AuthLayout>
  );
};
