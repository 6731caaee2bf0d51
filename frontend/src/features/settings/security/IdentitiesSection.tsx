/** Accounts elsewhere that sign in here. */
import { useState } from "react";

import { useLinkIdentity, useSession, useUnlinkIdentity, type Security } from "@/api";
import { Badge } from "@/components/settings/Badge";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { DateTime } from "@/components/settings/DateTime";
import { useShowError } from "@/components/settings/error-message";
import { LinkIcon } from "@/components/settings/icons";
import { Row, Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import { Button, useToast } from "@/ui";

import { useMayAdd } from "./use-may-add";

type Identity = Security["identities"][number];

const IdentityRow = ({ identity, onUnlink }: { identity: Identity; onUnlink: () => void }) => (
  <Row
    icon={<LinkIcon />}
    title={identity.label}
    actions={
      <Button look="quiet" onClick={onUnlink} aria-label={`Unlink ${identity.label}`}>
        Unlink
      </Button>
    }
  >
    <p>{identity.email}</p>
    <p>
      Linked <DateTime at={identity.created_at} dateOnly />
      {" · "}
      {identity.last_used_at === null ? (
        "not used yet"
      ) : (
        <>
          last used <DateTime at={identity.last_used_at} />
        </>
      )}
    </p>
  </Row>
);

const Unlink = ({ identity, onClose }: { identity: Identity; onClose: () => void }) => {
  const unlink = useUnlinkIdentity();
  const toast = useToast();
  return (
    <ConfirmButton
      title={`Unlink ${identity.label}?`}
      action="Unlink"
      doing={unlink}
      onClose={onClose}
      onConfirm={() =>
        unlink.mutate(identity.id, {
          onSuccess: () => {
            onClose();
            toast.show({ message: `${identity.label} was unlinked` });
          },
        })
      }
    >
      <p>
        {identity.email} no longer signs you in here. Nothing changes at {identity.label}; you can
        link it again.
      </p>
    </ConfirmButton>
  );
};

export const IdentitiesSection = ({ identities }: { identities: readonly Identity[] }) => {
  const { providers } = useSession().sign_in;
  const link = useLinkIdentity();
  const mayAdd = useMayAdd();
  const complain = useShowError();
  const [unlinking, setUnlinking] = useState<Identity | null>(null);
  const free = providers.filter(
    ({ name }) => !identities.some(({ provider }) => provider === name),
  );
  if (providers.length + identities.length === 0) return null;

  return (
    <Section
      title="Linked accounts"
      lead="Sign in with an account that you have elsewhere. Pinhole receives your e-mail address and no access to that account."
    >
      <Rows label="Linked accounts" empty="No account is linked.">
        {identities.map((identity) => (
          <IdentityRow
            key={identity.id}
            identity={identity}
            onUnlink={() => setUnlinking(identity)}
          />
        ))}
      </Rows>
      {mayAdd && free.length > 0 && (
        <div className="mt-5 flex flex-wrap gap-2">
          {free.map(({ name, label, demo }) => (
            <Button
              key={name}
              icon={<LinkIcon />}
              busy={link.isPending}
              onClick={() =>
                link.mutate({ provider: name, next: "/settings/security" }, { onError: complain })
              }
            >
              Link {label}
              {demo && <Badge tone="accent">Demo</Badge>}
            </Button>
          ))}
        </div>
      )}
      {unlinking && <Unlink identity={unlinking} onClose={() => setUnlinking(null)} />}
    </Section>
  );
};
