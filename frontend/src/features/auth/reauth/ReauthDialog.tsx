/** Asks a signed-in person to prove once more who they are, in a way that their account has. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { passkeysWork, securityOptions, toProblem, useSession, type Security } from "@/api";
import { Button, Dialog, ErrorState, Spinner, VisuallyHidden } from "@/ui";

import { ByPasskey, ByPassword, ByProvider } from "./reauth-methods";

type Way =
  | { kind: "passkey"; label: string }
  | { kind: "password"; label: string }
  | { kind: "provider"; label: string; provider: string };

/** What the account has, the quickest first. */
const waysOf = (
  security: Security,
  providers: readonly { name: string; label: string }[],
): Way[] => [
  ...(security.passkeys.length > 0 && passkeysWork()
    ? [{ kind: "passkey" as const, label: "Use a passkey" }]
    : []),
  ...(security.password.set ? [{ kind: "password" as const, label: "Use your password" }] : []),
  ...providers
    .filter(({ name }) => security.identities.some(({ provider }) => provider === name))
    .map(({ name, label }) => ({
      kind: "provider" as const,
      label,
      provider: name,
    })),
];

type ProofProps = { way: Way; onConfirmed: () => void };

const Proof = ({ way, onConfirmed }: ProofProps) => {
  switch (way.kind) {
    case "passkey":
      return <ByPasskey onConfirmed={onConfirmed} />;
    case "password":
      return <ByPassword onConfirmed={onConfirmed} />;
    case "provider":
      return <ByProvider provider={way.provider} label={way.label} />;
  }
};

const Ways = ({ ways, onConfirmed }: { ways: readonly Way[]; onConfirmed: () => void }) => {
  const [chosen, setChosen] = useState(ways[0]);
  if (!chosen) {
    return (
      <p>
        You cannot confirm your identity on this device. Sign out and sign in again: you will then
        not be asked for 10 minutes.
      </p>
    );
  }
  const others = ways.filter((way) => way !== chosen);
  return (
    <>
      <Proof key={chosen.label} way={chosen} onConfirmed={onConfirmed} />
      {others.length > 0 && (
        <div className="mt-4 flex flex-wrap justify-center gap-x-2 border-t border-line pt-4">
          {others.map((way) => (
            <Button key={way.label} look="quiet" onClick={() => setChosen(way)}>
              {way.kind === "provider" ? `Use ${way.label}` : way.label}
            </Button>
          ))}
        </div>
      )}
    </>
  );
};

type ConfirmDialogProps = { onConfirmed: () => void; onClose: () => void };

export const ReauthDialog = ({ onConfirmed, onClose }: ConfirmDialogProps) => {
  const security = useQuery(securityOptions);
  const { sign_in: offer } = useSession();
  return (
    <Dialog title="Confirm that it’s you" onClose={onClose} sheet>
      <p className="mb-5 text-muted">
        Confirm your identity to continue. You will not be asked again for 10 minutes.
      </p>
      {/* As high as most of what follows, so that the dialog opens in its place. */}
      <div className="min-h-36">
        {security.isPending && (
          <div role="status" className="flex justify-center py-10 text-muted">
            <Spinner />
            <VisuallyHidden>Loading</VisuallyHidden>
          </div>
        )}
        {security.isError && (
          <ErrorState
            title="This does not work right now"
            detail={toProblem(security.error).detail}
            onRetry={() => void security.refetch()}
            busy={security.isFetching}
          />
        )}
        {security.data && (
          <Ways ways={waysOf(security.data, offer.providers)} onConfirmed={onConfirmed} />
        )}
      </div>
    </Dialog>
  );
};
