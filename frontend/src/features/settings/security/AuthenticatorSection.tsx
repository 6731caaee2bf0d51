/** The authenticator app: whether there is one, setting it up, removing it. */
import { useState } from "react";

import { useBeginTotp, useRemoveTotp, type Security } from "@/api";
import { Badge } from "@/components/settings/Badge";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { DateTime } from "@/components/settings/DateTime";
import { useShowError } from "@/components/settings/error-message";
import { Section } from "@/components/settings/Section";
import { Button, useToast } from "@/ui";

import { AuthenticatorDialog } from "./AuthenticatorDialog";
import { useMayAdd } from "./use-may-add";

type AuthenticatorSectionProps = {
  totp: Security["totp"];
  onCodes: (codes: readonly string[]) => void;
};

const RemoveApp = ({ onClose }: { onClose: () => void }) => {
  const remove = useRemoveTotp();
  const toast = useToast();
  return (
    <ConfirmButton
      title="Remove the authenticator app?"
      action="Remove the app"
      doing={remove}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: () => {
            onClose();
            toast.show({ message: "The authenticator app was removed" });
          },
        })
      }
    >
      <p>
        Its codes are no longer asked for, and no longer accepted. Without a passkey, your password
        alone then signs you in.
      </p>
    </ConfirmButton>
  );
};

export const AuthenticatorSection = ({ totp, onCodes }: AuthenticatorSectionProps) => {
  const begin = useBeginTotp();
  const complain = useShowError();
  const [isRemoving, setRemoving] = useState(false);
  const mayAdd = useMayAdd();
  return (
    <Section
      title="Authenticator app"
      lead="An app on your phone shows a new code every 30 seconds; signing in with your password asks for it."
      aside={
        totp ? (
          <Button onClick={() => setRemoving(true)}>Remove</Button>
        ) : (
          mayAdd && (
            <Button
              busy={begin.isPending}
              onClick={() => begin.mutate(undefined, { onError: complain })}
            >
              Set up an app
            </Button>
          )
        )
      }
    >
      {totp ? (
        <p className="flex flex-wrap items-center gap-2">
          <Badge tone="good">On</Badge>
          <span className="text-muted">
            Since <DateTime at={totp.created_at} dateOnly />
          </span>
        </p>
      ) : (
        <p>
          <Badge>Off</Badge>
        </p>
      )}
      {begin.data && (
        <AuthenticatorDialog secret={begin.data} onCodes={onCodes} onClose={() => begin.reset()} />
      )}
      {isRemoving && <RemoveApp onClose={() => setRemoving(false)} />}
    </Section>
  );
};
