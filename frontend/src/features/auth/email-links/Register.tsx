/** Joining: by mail where anybody may, and words about how it goes elsewhere. */
import { Link } from "wouter";

import { useAskToJoin, useSession } from "@/api";
import { buttonClass } from "@/ui";

import { AuthLayout } from "../shared/AuthLayout";
import { OrDivider } from "../shared/OrDivider";
import { ProviderButtons } from "../shared/ProviderButtons";
import { TextLink } from "../shared/TextLink";
import { RequestLinkForm } from "./RequestLinkForm";

const OnlyWords = ({ children }: { children: string }) => (
  <AuthLayout title="Create an account" lead={children}>
    <Link href="/sign-in" className={`${buttonClass("primary")} w-full`}>
      To the sign-in page
    </Link>
  </AuthLayout>
);

export const Register = ({ next }: { next: string }) => {
  const { registration, mail, providers } = useSession().sign_in;
  const ask = useAskToJoin();
  if (registration === "closed") return <OnlyWords>Registration is closed.</OnlyWords>;
  if (registration === "invite" || !mail) {
    return (
      <OnlyWords>
        You need an invitation to join. Ask the administrator of this site for a link.
      </OnlyWords>
    );
  }
  return (
    <RequestLinkForm
      title="Create an account"
      lead="A private place for your pictures. First we make sure that the address is yours."
      button="Send me a link"
      ask={ask}
      sent="We sent a link to continue to"
      footer={
        <>
          Already have one? <TextLink href="/sign-in">Sign in</TextLink>
        </>
      }
    >
      {providers.length > 0 && (
        <>
          <OrDivider />
          <div className="space-y-3">
            <ProviderButtons next={next} />
          </div>
        </>
      )}
    </RequestLinkForm>
  );
};
