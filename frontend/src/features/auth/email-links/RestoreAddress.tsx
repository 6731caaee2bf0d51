/** Page of the link in the e-mail to a former address: restores the address and sets a new password at once. */
import { useState, type SubmitEvent } from "react";
import { Link, useLocation } from "wouter";

import { passkeysWork, useFormerAddress, useRestoreAddress } from "@/api";
import { Button, buttonClass, FormAlert, PasskeyIcon, TextField, useFocusOnError } from "@/ui";

import { AuthLayout } from "../shared/AuthLayout";
import { EmailField } from "../shared/EmailField";
import {
  errorsFromAnswer,
  hasMistakes,
  MIN_PASSWORD_LENGTH,
  MIN_PASSWORD_LENGTH_WITH_FACTOR,
  mistakeInLength,
  textIn,
  type FormErrors,
} from "../shared/form-errors";
import { NewPasswordInput } from "../shared/NewPasswordInput";
import { OrDivider } from "../shared/OrDivider";
import { useLinkToken } from "../shared/use-link-token";
import { DeadLink, LookedAt } from "./LinkStates";

type RestoreFormProps = {
  token: string;
  email: string;
  needsCode: boolean;
  takesPasskey: boolean;
};

/** See [Note: A press, not a visit]. */
const RestoreForm = ({ token, email, needsCode, takesPasskey }: RestoreFormProps) => {
  const [, navigate] = useLocation();
  const restore = useRestoreAddress();
  const [errors, setErrors] = useState<FormErrors>({});
  const form = useFocusOnError(errors);

  const send = (filled: HTMLFormElement, { byPasskey }: { byPasskey: boolean }) => {
    if (restore.isPending) return;
    const takesCode = needsCode && !byPasskey;
    const password = textIn(filled, "password");
    const code = textIn(filled, "code").trim();
    const mistakes = {
      ...mistakeInLength(
        password,
        needsCode ? MIN_PASSWORD_LENGTH_WITH_FACTOR : MIN_PASSWORD_LENGTH,
      ),
      ...(takesCode && code === "" ? { code: "Enter a code." } : {}),
    };
    setErrors(mistakes);
    if (hasMistakes(mistakes)) return;
    restore.mutate(
      { token, password, byPasskey, ...(takesCode ? { code } : {}) },
      {
        onSuccess: () => navigate("/settings/ways-in?after=reset", { replace: true }),
        onError: (error) => setErrors(errorsFromAnswer(error)),
      },
    );
  };
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    send(event.currentTarget, { byPasskey: false });
  };
  const isBusy = (byPasskey: boolean) =>
    restore.isPending && restore.variables.byPasskey === byPasskey;

  return (
    <AuthLayout
      title="Put the address back"
      lead="Your account gets this address again, and a new password. All devices that are signed in to it will be signed out, and its access tokens end."
    >
      <form ref={form} noValidate method="post" onSubmit={onSubmit} className="space-y-5">
        <FormAlert>{errors.form}</FormAlert>
        <EmailField value={email} readOnly error={undefined} />
        <NewPasswordInput
          label="New password"
          least={MIN_PASSWORD_LENGTH}
          email={email}
          error={errors.password}
          onEdit={() => setErrors({})}
          {...(needsCode ? { rule: "8 characters or more, beside your second factor." } : {})}
        />
        {needsCode && (
          <TextField
            label="Code"
            name="code"
            hint="From your authenticator app, or one of your recovery codes. If somebody removed or replaced them in the last 7 days, use the ones from before."
            error={errors.code}
            autoComplete="one-time-code"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            inputClassName="font-mono text-base"
            required
          />
        )}
        <Button look="primary" type="submit" busy={isBusy(false)} className="w-full">
          Put it back and set the password
        </Button>
      </form>
      {needsCode && takesPasskey && passkeysWork() && (
        <>
          <OrDivider />
          <Button
            icon={<PasskeyIcon />}
            busy={isBusy(true)}
            onClick={() => form.current && send(form.current, { byPasskey: true })}
            className="w-full"
          >
            Use a passkey instead of a code
          </Button>
        </>
      )}
    </AuthLayout>
  );
};

export const RestoreAddress = () => {
  const token = useLinkToken();
  return (
    <LookedAt
      look={useFormerAddress(token)}
      dead={
        <DeadLink wayOn={{ href: "/forgot", label: "Ask for a new password" }}>
          It was used, is older than 7 days, or the account has this address already. If somebody
          else has your account, write to whoever looks after the site.
        </DeadLink>
      }
    >
      {(found) =>
        found.is_taken ? (
          <AuthLayout
            title="Another account has this address"
            lead={`Somebody made an account with ${found.email} in the meantime. Sign in to that one and change its address; then open the link in the mail again.`}
          >
            <Link href="/sign-in" className={`${buttonClass("primary")} w-full`}>
              Sign in
            </Link>
          </AuthLayout>
        ) : (
          <RestoreForm
            token={token}
            email={found.email}
            needsCode={found.needs_code}
            takesPasskey={found.takes_passkey}
          />
        )
      }
    </LookedAt>
  );
};
