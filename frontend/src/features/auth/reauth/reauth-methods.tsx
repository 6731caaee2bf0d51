/** Each way to prove who one is: a form, or one button. */
import { useEffect, useRef, useState, type SubmitEvent } from "react";

import { toProblem, useConfirm, useConfirmByPasskey, useLeaveForProvider, useSession } from "@/api";
import { Button, FormAlert, PasskeyIcon, PasswordField, useFocusOnError } from "@/ui";

import { CodeOrRecoveryField } from "../shared/CodeOrRecoveryField";
import { errorsFromAnswer, hasMistakes, textIn, type FormErrors } from "../shared/form-errors";

type ProofProps = { onConfirmed: () => void };

const CODE_NEEDED = "code_needed";

/** Where the account has a second factor, its code is asked for once the password was right. */
export const ByPassword = ({ onConfirmed }: ProofProps) => {
  const { user } = useSession();
  const confirm = useConfirm();
  const [errors, setErrors] = useState<FormErrors>({});
  const [needsCode, setNeedsCode] = useState(false);
  const form = useFocusOnError(errors);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  const onError = (error: unknown) => {
    const { code, detail } = toProblem(error);
    if (code === CODE_NEEDED) {
      setErrors({});
      setNeedsCode(true);
    } else if (code === "wrong_credentials") setErrors({ password: detail });
    else setErrors(errorsFromAnswer(error));
  };
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (confirm.isPending) return;
    const password = textIn(event.currentTarget, "password");
    const code = textIn(event.currentTarget, "code").trim();
    const missing: FormErrors = {
      ...(password === "" ? { password: "Enter your password." } : {}),
      ...(needsCode && code === "" ? { code: "Enter the code." } : {}),
    };
    setErrors(missing);
    if (hasMistakes(missing)) return;
    const proof = { password, ...(needsCode ? { code } : {}) };
    confirm.mutate(proof, { onSuccess: onConfirmed, onError });
  };

  return (
    <form ref={form} noValidate method="post" onSubmit={onSubmit} className="space-y-5">
      <FormAlert>{errors.form}</FormAlert>
      {/* Tells password managers whose password it is. */}
      <input
        type="email"
        name="email"
        autoComplete="username"
        value={user?.email}
        readOnly
        hidden
      />
      <PasswordField
        ref={field}
        label="Your password"
        name="password"
        autoComplete="current-password"
        required
        error={errors.password}
      />
      {needsCode && <CodeOrRecoveryField error={errors.code} />}
      <Button look="primary" type="submit" busy={confirm.isPending} className="w-full">
        Confirm
      </Button>
    </form>
  );
};

export const ByPasskey = ({ onConfirmed }: ProofProps) => {
  const confirm = useConfirmByPasskey();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <div className="space-y-5">
      <FormAlert>{confirm.error ? toProblem(confirm.error).detail : undefined}</FormAlert>
      <p>Your device asks for your fingerprint, your face or its code.</p>
      <Button
        ref={button}
        look="primary"
        icon={<PasskeyIcon />}
        busy={confirm.isPending}
        onClick={() => confirm.mutate(undefined, { onSuccess: onConfirmed })}
        className="w-full"
      >
        Use your passkey
      </Button>
    </div>
  );
};

type ByProviderProps = { provider: string; label: string };

export const ByProvider = ({ provider, label }: ByProviderProps) => {
  const leave = useLeaveForProvider();
  const next = `${window.location.pathname}${window.location.search}`;
  return (
    <div className="space-y-5">
      <FormAlert>{leave.error ? toProblem(leave.error).detail : undefined}</FormAlert>
      <p>
        You go to {label} and come straight back to this page. Then do again what you wanted to.
      </p>
      <Button
        look="primary"
        busy={leave.isPending || leave.isSuccess}
        onClick={() => leave.mutate({ provider, purpose: "confirm", next })}
        className="w-full"
      >
        Confirm with {label}
      </Button>
    </div>
  );
};
