/** Setting up an authenticator app: a picture to scan, the same as text, and a first code to prove it. */
import { useFinishTotp } from "@/api";
import { CopyButton } from "@/components/settings/CopyButton";
import { errorMessage } from "@/components/settings/error-message";
import { FormDialog } from "@/components/settings/FormDialog";
import { CodeField, useToast } from "@/ui";

import { endedWords } from "./ended-words";

type Secret = { secret: string; uri: string; qr_svg: string };

type AuthenticatorDialogProps = {
  secret: Secret;
  onCodes: (codes: readonly string[]) => void;
  onClose: () => void;
};

const inFours = (text: string): string => text.replaceAll(/(.{4})(?=.)/gu, "$1 ");

/** As a picture, in which nothing can run. */
const asPicture = (svg: string): string => `data:image/svg+xml,${encodeURIComponent(svg)}`;

export const AuthenticatorDialog = ({ secret, onCodes, onClose }: AuthenticatorDialogProps) => {
  const finish = useFinishTotp();
  const toast = useToast();

  const prove = (code: string) => {
    if (finish.isPending || code === "") return;
    finish.mutate(code, {
      onSuccess: ({ recovery_codes, ended }) => {
        onClose();
        toast.show({ message: `Your authenticator app is set up${endedWords(ended)}` });
        if (recovery_codes) onCodes(recovery_codes);
      },
    });
  };

  return (
    <FormDialog
      title="Set up an authenticator app"
      action="Confirm"
      doing={finish}
      isSaidBelow
      onSubmit={(text) => prove(text("code").trim())}
      onClose={onClose}
    >
      <p className="text-muted">
        Scan this with an app such as Aegis, Google Authenticator or your password manager. As your
        first passkey or app it signs your other devices out.
      </p>
      <div className="flex flex-wrap items-center gap-5">
        <img
          src={asPicture(secret.qr_svg)}
          alt="QR code of the secret, which stands beside it as text"
          className="size-40 rounded-2xl bg-white p-2"
        />
        <div className="min-w-0 grow basis-48 space-y-3">
          <p className="text-sm text-muted">On this device, or if scanning fails, type or paste:</p>
          <p className="font-mono text-sm select-all" aria-label="The secret as text">
            {inFours(secret.secret)}
          </p>
          <CopyButton text={secret.secret}>Copy the secret</CopyButton>
        </div>
      </div>
      <CodeField
        label="Code from the app"
        name="code"
        required
        hint="The six digits that it shows now."
        error={errorMessage(finish.error)}
        onFull={prove}
      />
    </FormDialog>
  );
};
