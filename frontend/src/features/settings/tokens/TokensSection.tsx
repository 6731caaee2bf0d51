/** The access tokens of a person's scripts, each with its end. */
import { useState } from "react";

import { useAccessTokens, useRemoveAccessToken, type AccessToken } from "@/api";
import { Badge } from "@/components/settings/Badge";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { DateTime } from "@/components/settings/DateTime";
import { hasPassed } from "@/components/settings/format-date";
import { ScriptIcon } from "@/components/settings/icons";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Row, Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import { Button, PlusIcon, useToast } from "@/ui";

import { NewTokenDialog } from "./NewTokenDialog";

const TokenRow = ({ token, onRemove }: { token: AccessToken; onRemove: () => void }) => {
  const isOver = hasPassed(token.expires_at);
  return (
    <Row
      icon={<ScriptIcon />}
      title={token.name}
      isFaded={isOver}
      badges={
        <>
          <Badge>{token.scope === "write" ? "Read and change" : "Read"}</Badge>
          {isOver && <Badge tone="danger">Expired</Badge>}
        </>
      }
      actions={
        <Button look="quiet" onClick={onRemove} aria-label={`Remove ${token.name}`}>
          Remove
        </Button>
      }
    >
      <p>
        Ends in <code>{token.last_four}</code> · {isOver ? "worked until " : "works until "}
        <DateTime at={token.expires_at} dateOnly />
      </p>
      <p>
        Made <DateTime at={token.created_at} dateOnly />
        {" · "}
        {token.last_used_at === null ? (
          "never used"
        ) : (
          <>
            last used <DateTime at={token.last_used_at} />
          </>
        )}
      </p>
    </Row>
  );
};

const RemoveToken = ({ token, onClose }: { token: AccessToken; onClose: () => void }) => {
  const remove = useRemoveAccessToken();
  const toast = useToast();
  return (
    <ConfirmButton
      title={`Remove “${token.name}”?`}
      action="Remove the token"
      doing={remove}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(token.id, {
          onSuccess: () => {
            onClose();
            toast.show({ message: "The token was removed" });
          },
        })
      }
    >
      <p>
        Whatever uses this token is refused from now on. It cannot be brought back; you can make
        another one.
      </p>
    </ConfirmButton>
  );
};

export const TokensSection = () => {
  const tokens = useAccessTokens();
  const [isMaking, setMaking] = useState(false);
  const [removing, setRemoving] = useState<AccessToken | null>(null);
  return (
    <>
      <Section
        title="Your tokens"
        aside={
          <Button icon={<PlusIcon />} onClick={() => setMaking(true)}>
            New token
          </Button>
        }
      >
        <QueryBoundary query={tokens} what="your tokens" rows={1}>
          {(all) => (
            <Rows label="Access tokens" empty="You have no tokens. Most people need none.">
              {all.map((token) => (
                <TokenRow key={token.id} token={token} onRemove={() => setRemoving(token)} />
              ))}
            </Rows>
          )}
        </QueryBoundary>
      </Section>
      {isMaking && <NewTokenDialog onClose={() => setMaking(false)} />}
      {removing && <RemoveToken token={removing} onClose={() => setRemoving(null)} />}
    </>
  );
};
