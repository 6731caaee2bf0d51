/** What the link in the mail to a former address opens: it puts the address back and sets a new password, at once. */
import { useState, type SubmitEvent } from "react";
import { useLocation } from "wouter";

import { useFormerAddress, useRestoreAddress } from "@/api";
import { Button, FormAlert, TextField, useFocusOnError } from "@/ui";

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
import { useLinkToken } from "../shared/use-link-token";
import { DeadLink, LookedAt } from "./LinkStates";

type RestoreFormProps = { token: string; email: string; needsCode: boolean };

/** See [Note: A press, not a visit]. */
const RestoreForm = ({ token, email, needsCode }: RestoreFormProps) => {
  const [, navigate] = useLocation();
  const restore = useRestoreAddress();
  const [errors, setErrors] = useState<FormErrors>({});
  const form = useFocusOnError(errors);

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (restore.isPending) return;
    const password = textIn(event.currentTarget, "password");
    const code = textIn(event.currentTarget, "code").trim();
    const mistakes = {
      ...mistakeInLength(
        password,
        needsCode ? MIN_PASSWORD_LENGTH_WITH_FACTOR : MIN_PASSWORD_LENGTH,
      ),
      ...(needsCode && code === "" ? { code: "Enter a code." } : {}),
    };
    setErrors(mistakes);
    if (hasMistakes(mistakes)) return;
    restore.mutate(needsCode ? { token, password, code } : { token, password }, {
      onSuccess: () => navigate("/settings/ways-in?after=reset", { replace: true }),
      onError: (error) => setErrors(errorsFromAnswer(error)),
    });
  };

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
            hint="From your authenticator app, or one of your recovery codes."
            error={errors.code}
            autoComplete="one-time-code"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            inputClassName="font-mono text-base"
            required
          />
        )}
        <Button look="primary" type="submit" busy={restore.isPending} className="w-full">
          Put it back and set the password
        </Button>
      </form>
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
      {(found) => <RestoreForm token={token} email={found.email} needsCode={found.needs_code} />}
    </LookedAt>
  );
};
