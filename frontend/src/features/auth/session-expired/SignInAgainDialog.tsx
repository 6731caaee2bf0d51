/** Signing in again above a page that must not be left: see [Note: Ended, not signed out]. */
import { useState } from "react";

import { passkeysWork, useGiveUpSecondFactor, useSession } from "@/api";
import { Button, Dialog, FormAlert } from "@/ui";

import { OrDivider } from "../shared/OrDivider";
import { PasskeyButton } from "../shared/PasskeyButton";
import { PasswordForm } from "../shared/PasswordForm";
import { usePasskeyPrompt } from "../shared/use-passkey-prompt";
import { SecondFactorForms } from "../sign-in/SecondFactor";
import { ProviderButtonsInTab } from "./ProviderButtonsInTab";

type SignInAgainDialogProps = {
  onLater: () => void;
  onSignOut: () => void;
};

const FirstStep = ({ email }: { email: string | undefined }) => {
  const { providers } = useSession().sign_in;
  const passkey = usePasskeyPrompt();
  return (
    <>
      <PasswordForm email={email} />
      {(passkeysWork() || providers.length > 0) && <OrDivider />}
      <div className="space-y-3">
        <PasskeyButton prompt={passkey} />
        <ProviderButtonsInTab />
      </div>
    </>
  );
};

export const SignInAgainDialog = ({ onLater, onSignOut }: SignInAgainDialogProps) => {
  const { user, second_factor: awaited } = useSession();
  const giveUp = useGiveUpSecondFactor();
  const [usesRecovery, setUsesRecovery] = useState(false);
  const [isLate, setLate] = useState(false);
  return (
    <Dialog title="Sign in to continue" onClose={onLater} sheet>
      <p className="mb-5 text-muted">
        Your session has ended. Nothing is lost: uploads continue after you sign in again.
      </p>
      {isLate && !awaited && (
        <div className="mb-5">
          <FormAlert>That took too long. Sign in again from the start.</FormAlert>
        </div>
      )}
      {awaited ? (
        <SecondFactorForms
          methods={awaited.methods}
          usesRecovery={usesRecovery}
          onUsesRecovery={setUsesRecovery}
          onLate={() => {
            setLate(true);
            giveUp.mutate();
          }}
        />
      ) : (
        <FirstStep email={user?.email} />
      )}
      <div className="mt-5 flex flex-wrap justify-center gap-x-2 border-t border-line pt-4">
        <Button look="quiet" onClick={onLater}>
          Later
        </Button>
        <Button look="quiet" onClick={onSignOut}>
          Sign out and cancel uploads
        </Button>
      </div>
    </Dialog>
  );
};
