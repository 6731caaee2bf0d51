/** Invitations: links by which people join. */
import { useState } from "react";

import { useInvites, useRemoveInvite, useSession, type Invite } from "@/api";
import { Badge } from "@/components/settings/Badge";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { DateTime } from "@/components/settings/DateTime";
import { hasPassed } from "@/components/settings/format-date";
import { InviteIcon } from "@/components/settings/icons";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Row, Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import { Page } from "@/components/settings/SideNavLayout";
import { Button, PlusIcon, useToast } from "@/ui";

import { NewInvitationDialog } from "./NewInvitationDialog";

type State = "open" | "used" | "over" | "orphaned";

const stateOf = ({ used_at, expires_at, has_maker }: Invite): State => {
  if (used_at !== null) return "used";
  if (!has_maker) return "orphaned";
  return hasPassed(expires_at) ? "over" : "open";
};

const whom = ({ email }: Invite): string => email ?? "Anybody with the link";

const WHO_MAY_JOIN = {
  first: "",
  open: "Anybody can create an account here, with or without an invitation.",
  invite: "Only people with an invitation can create an account here.",
  closed: "Registration is closed.",
} as const;

const InviteRow = ({ invite, onRemove }: { invite: Invite; onRemove: () => void }) => {
  const state = stateOf(invite);
  return (
    <Row
      icon={<InviteIcon />}
      title={whom(invite)}
      isFaded={state !== "open"}
      badges={
        <>
          {state === "open" && <Badge tone="accent">Waiting</Badge>}
          {state === "used" && <Badge tone="good">Used</Badge>}
          {state === "over" && <Badge>Expired</Badge>}
          {state === "orphaned" && <Badge>Ended</Badge>}
        </>
      }
      actions={
        <Button
          look="quiet"
          onClick={onRemove}
          aria-label={
            state === "open" ? `Revoke: ${whom(invite)}` : `Remove from the list: ${whom(invite)}`
          }
        >
          {state === "open" ? "Revoke" : "Remove"}
        </Button>
      }
    >
      {invite.note !== "" && <p>“{invite.note}”</p>}
      <p>
        Made <DateTime at={invite.created_at} />
        {" · "}
        {invite.used_at === null ? (
          <>
            {state === "orphaned" ? (
              "whoever made it no longer administers this site"
            ) : (
              <>
                {state === "over" ? "ended " : "works until "}
                <DateTime at={invite.expires_at} />
              </>
            )}
          </>
        ) : (
          <>
            used <DateTime at={invite.used_at} /> by {invite.used_by_email ?? "somebody who left"}
          </>
        )}
      </p>
    </Row>
  );
};

const RemoveInvite = ({ invite, onClose }: { invite: Invite; onClose: () => void }) => {
  const remove = useRemoveInvite();
  const toast = useToast();
  const isOpen = stateOf(invite) === "open";
  return (
    <ConfirmButton
      title={isOpen ? "Revoke the invitation?" : "Remove it from the list?"}
      action={isOpen ? "Revoke invitation" : "Remove it"}
      doing={remove}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(invite.id, {
          onSuccess: () => {
            onClose();
            toast.show({ message: "The invitation was removed" });
          },
        })
      }
    >
      <p>
        {isOpen ? "Its link stops working now." : "People who joined with it are not affected."}
      </p>
    </ConfirmButton>
  );
};

export const InvitationsPage = () => {
  const invites = useInvites();
  const { registration } = useSession().sign_in;
  const [isMaking, setMaking] = useState(false);
  const [removing, setRemoving] = useState<Invite | null>(null);
  return (
    <Page title="Invitations" lead={WHO_MAY_JOIN[registration]}>
      <Section
        title="Made so far"
        aside={
          <Button icon={<PlusIcon />} onClick={() => setMaking(true)}>
            Invite somebody
          </Button>
        }
      >
        <QueryBoundary query={invites} what="invitations" rows={2}>
          {(all) => (
            <Rows label="Invitations" empty="Nobody was invited yet.">
              {all.map((invite) => (
                <InviteRow key={invite.id} invite={invite} onRemove={() => setRemoving(invite)} />
              ))}
            </Rows>
          )}
        </QueryBoundary>
      </Section>
      {isMaking && <NewInvitationDialog onClose={() => setMaking(false)} />}
      {removing && <RemoveInvite invite={removing} onClose={() => setRemoving(null)} />}
    </Page>
  );
};
