/** Page of the link in an e-mail that confirms an e-mail address of the signed-in user. */
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
          "The link is incomplete. Open it from the e-mail again, or send a new one from your settings."}
      </DeadLink>
    );
  }
  if (verify.data) {
    const { email, changed } = verify.data;
    return (
      <AuthLayout
        title={changed ? "E-mail address changed" : "E-mail address confirmed"}
        lead={
          <>
            <strong className="font-semibold text-ink">{email}</strong>{" "}
            {changed
              ? "is now the e-mail address of your account. Sign in with it."
              : "is confirmed."}
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
      title="Confirm your e-mail address"
      lead="Confirm that this e-mail address is yours."
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
