/** Page of an invitation link. */
import type { ReactNode } from "react";
import { useLocation } from "wouter";

import { useAcceptInvite, useAskToJoin, useInvite, useSession } from "@/api";
import { CreateAccountForm } from "../registration/CreateAccountForm";
import { AuthLayout } from "../shared/AuthLayout";
import { OrDivider } from "../shared/OrDivider";
import { ProviderButtons } from "../shared/ProviderButtons";
import { TextLink } from "../shared/TextLink";
import { useLinkToken } from "../shared/use-link-token";
import { DeadLink, LookedAt } from "./LinkStates";
import { RequestLinkForm } from "./RequestLinkForm";

type InvitedProps = { token: string; email: string | null; lead: ReactNode; others: ReactNode };

const TITLE = "You are invited";
const footer = (
  <>
    Already have an account? <TextLink href="/sign-in">Sign in</TextLink>
  </>
);

/** What the inviter wrote stands below, as a quotation: it is theirs, not the site's. */
const withNote = (lead: ReactNode, note: string): ReactNode => (
  <>
    {lead}
    <q className="mt-3 block text-ink">{note}</q>
  </>
);

/** Where the site sends mail: a link proves the address, and goes on to the password. */
const InvitedByMail = ({ token, email, lead, others }: InvitedProps) => {
  const ask = useAskToJoin();
  return (
    <RequestLinkForm
      title={TITLE}
      lead={lead}
      button="Send me a link"
      ask={{ ...ask, mutate: (body, on) => ask.mutate({ ...body, invite: token }, on) }}
      sent="We sent a link to continue to"
      email={email}
      footer={footer}
    >
      {others}
    </RequestLinkForm>
  );
};

/** Where it sends none, the invitation itself is the proof. */
const InvitedDirectly = ({ token, email, lead, others }: InvitedProps) => {
  const [, navigate] = useLocation();
  const accept = useAcceptInvite();
  return (
    <AuthLayout title={TITLE} lead={lead} footer={footer}>
      <CreateAccountForm
        email={email}
        create={{
          isPending: accept.isPending,
          mutate: (account, on) => accept.mutate({ token, ...account }, on),
        }}
        onDone={() => navigate("/", { replace: true })}
      />
      {others}
    </AuthLayout>
  );
};

export const AcceptInvitation = () => {
  const { user, sign_in: offer } = useSession();
  const token = useLinkToken();
  const look = useInvite(token);
  const lead = user
    ? `This invitation creates a new account. You will be signed out of ${user.email}.`
    : "An administrator of this site invites you to join: a private picture library.";
  const others = offer.providers.length > 0 && (
    <>
      <OrDivider />
      <div className="space-y-3">
        <ProviderButtons next="/" invite={token} />
      </div>
    </>
  );
  return (
    <LookedAt
      look={look}
      dead={
        <DeadLink
          wayOn={{ href: "/sign-in", label: user ? "To your pictures" : "To the sign-in page" }}
        >
          The invitation was used, has expired, was revoked, or is incomplete. Ask the sender for a
          new one. If you have already joined, sign in.
        </DeadLink>
      }
    >
      {({ email, note, by_mail }) => {
        const Invited = by_mail ? InvitedByMail : InvitedDirectly;
        const words = note === "" ? lead : withNote(lead, note);
        return <Invited token={token} email={email} lead={words} others={others} />;
      }}
    </LookedAt>
  );
};
