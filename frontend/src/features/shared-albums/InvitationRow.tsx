/** An invitation to an album or a library, and how it is answered. */
import { useState, type ReactNode } from "react";

import type { InvitationAnswer } from "@/api";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { DateTime } from "@/components/settings/DateTime";
import { Row } from "@/components/settings/Rows";
import { ShareIcon } from "@/components/sharing/ShareIcon";
import { Button, Menu, MoreIcon } from "@/ui";

type InvitationRowProps = {
  owner: string;
  at: string;
  /** To what. */
  children: ReactNode;
  doing: { isPending: boolean; error: Error | null };
  onAnswer: (answer: InvitationAnswer) => void;
};

export const InvitationRow = ({ owner, at, children, doing, onAnswer }: InvitationRowProps) => {
  const [isBlocking, setBlocking] = useState(false);
  return (
    <>
      <Row
        icon={<ShareIcon />}
        title={<span className="break-all">{owner}</span>}
        actions={
          <>
            <Button look="primary" busy={doing.isPending} onClick={() => onAnswer("accept")}>
              Accept
            </Button>
            <Button look="quiet" onClick={() => onAnswer("decline")}>
              Decline
            </Button>
            <Menu
              label={`More for the invitation of ${owner}`}
              items={[{ label: "Block", onSelect: () => setBlocking(true) }]}
            >
              <MoreIcon />
            </Menu>
          </>
        }
      >
        <p>
          {children} · <DateTime at={at} dateOnly />
        </p>
      </Row>
      {isBlocking && (
        <ConfirmButton
          title={`Block ${owner}?`}
          action="Block"
          doing={doing}
          onClose={() => setBlocking(false)}
          onConfirm={() => onAnswer("block")}
        >
          <p>
            You see none of their invitations any more, and leave their albums and library. They are
            not told.
          </p>
        </ConfirmButton>
      )}
    </>
  );
};
