/** The second step of signing in, for accounts that have one: a code, a passkey, or a recovery code. */
import { useState, type SubmitEvent } from "react";

import {
  passkeysWork,
  toProblem,
  usePasskeySignIn,
  useSecondFactor,
  type FactorMethod,
} from "@/api";
import { Button, CodeField, FormAlert, PasskeyIcon, TextField, useFocusOnError } from "@/ui";

import { AuthLayout } from "../shared/AuthLayout";
import { errorsFromAnswer, textIn, type FormErrors } from "../shared/form-errors";
import { OrDivider } from "../shared/OrDivider";

type SecondFactorProps = {
  methods: readonly FactorMethod[];
  /** Back to the sign-in form; `isLate` when the server no longer waits. */
  onStartOver: (isLate: boolean) => void;
};

type CodeFormProps = { kind: "totp" | "recovery_code"; onLate: () => void };

const CodeForm = ({ kind, onLate }: CodeFormProps) => {
  const enter = useSecondFactor();
  const [errors, setErrors] = useState<FormErrors>({});
  const form = useFocusOnError(errors);

  const send = (code: string) => {
    if (enter.isPending) return;
    enter.mutate(
      { code },
      {
        onError: (error) => {
          if (toProblem(error).code === "not_signed_in") onLate();
          else setErrors(errorsFromAnswer(error));
        },
      },
    );
  };
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = textIn(event.currentTarget, "code").trim();
    if (code === "") setErrors({ code: "Enter the code." });
    else send(code);
  };

  return (
    <form ref={form} noValidate method="post" onSubmit={onSubmit} className="space-y-5">
      <FormAlert>{errors.form}</FormAlert>
      {kind === "totp" ? (
        <CodeField
          label="Code"
          name="code"
          hint="The six digits that your authenticator app shows for Pinhole."
          error={errors.code}
          onFull={send}
          focusFirst
          required
        />
      ) : (
        <TextField
          label="Recovery code"
          name="code"
          hint="One of the ten that you kept when you set this up. Each works once."
          error={errors.code}
          autoComplete="off"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          inputClassName="font-mono text-base"
          required
        />
      )}
      <Button look="primary" type="submit" busy={enter.isPending} className="w-full">
        Continue
      </Button>
    </form>
  );
};

type PasskeyButtonProps = { isMain: boolean; onLate: () => void };

const PasskeyButton = ({ isMain, onLate }: PasskeyButtonProps) => {
  const enter = usePasskeySignIn();
  const problem = enter.error && toProblem(enter.error);
  return (
    <div className="space-y-5">
      <FormAlert>{problem?.detail}</FormAlert>
      <Button
        look={isMain ? "primary" : "secondary"}
        icon={<PasskeyIcon />}
        busy={enter.isPending}
        onClick={() =>
          enter.mutate(
            {},
            {
              onError: (error) => {
                if (toProblem(error).code === "not_signed_in") onLate();
              },
            },
          )
        }
        className="w-full"
      >
        {isMain ? "Use your passkey" : "Use a passkey"}
      </Button>
    </div>
  );
};

type SecondFactorFormsProps = {
  methods: readonly FactorMethod[];
  usesRecovery: boolean;
  onUsesRecovery: (usesRecovery: boolean) => void;
  onLate: () => void;
};

/** Whether nothing is left but a recovery code: the account has nothing else that works here. */
export const needsRecovery = (methods: readonly FactorMethod[]): boolean =>
  !methods.includes("totp") && !(methods.includes("passkey") && passkeysWork());

/** The ways that the account has, without a page around them. */
export const SecondFactorForms = ({
  methods,
  usesRecovery,
  onUsesRecovery,
  onLate,
}: SecondFactorFormsProps) => {
  const hasTotp = methods.includes("totp");
  const hasPasskey = methods.includes("passkey") && passkeysWork();
  const showsRecovery = usesRecovery || needsRecovery(methods);
  return (
    <>
      {showsRecovery && <CodeForm key="recovery" kind="recovery_code" onLate={onLate} />}
      {!showsRecovery && (
        <>
          {hasTotp && <CodeForm key="totp" kind="totp" onLate={onLate} />}
          {hasTotp && hasPasskey && <OrDivider />}
          {hasPasskey && <PasskeyButton isMain={!hasTotp} onLate={onLate} />}
        </>
      )}
      {methods.includes("recovery_code") && (hasTotp || hasPasskey) && (
        <Button look="quiet" onClick={() => onUsesRecovery(!showsRecovery)} className="mt-3 w-full">
          {showsRecovery ? "Back" : "Use a recovery code"}
        </Button>
      )}
    </>
  );
};

export const SecondFactor = ({ methods, onStartOver }: SecondFactorProps) => {
  const [usesRecovery, setUsesRecovery] = useState(false);
  return (
    <AuthLayout
      title="One more step"
      lead={
        usesRecovery || needsRecovery(methods)
          ? "Enter a recovery code if you cannot use your second factor."
          : "Two-factor authentication is on for your account."
      }
      footer={
        <Button look="quiet" onClick={() => onStartOver(false)} className="-ml-4.5">
          Sign in as someone else
        </Button>
      }
    >
      <SecondFactorForms
        methods={methods}
        usesRecovery={usesRecovery}
        onUsesRecovery={setUsesRecovery}
        onLate={() => onStartOver(true)}
      />
    </AuthLayout>
  );
};
