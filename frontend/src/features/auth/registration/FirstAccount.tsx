/** Making the account that administers a site: whoever comes first on one machine, by a setup code elsewhere. */
import { useState, type SubmitEvent } from "react";

import { useMakeFirst, useSession } from "@/api";
import { Button, FormAlert, TextField, useFocusOnError } from "@/ui";

import { AuthLayout } from "../shared/AuthLayout";
import { EmailField } from "../shared/EmailField";
import {
  emailIn,
  errorsFromAnswer,
  hasMistakes,
  MIN_PASSWORD_LENGTH,
  mistakeInEmail,
  mistakeInLength,
  textIn,
  type FormErrors,
} from "../shared/form-errors";
import { NewPasswordInput } from "../shared/NewPasswordInput";
import { OrDivider } from "../shared/OrDivider";
import { ProviderButtons } from "../shared/ProviderButtons";

type FirstAccountProps = {
  next: string;
  /** What the link brought, perhaps nothing; undefined where no code is asked for. */
  code?: string;
  onDone?: () => void;
};

export const FirstAccount = ({ next, code, onDone }: FirstAccountProps) => {
  const { providers } = useSession().sign_in;
  const needsCode = code !== undefined;
  const make = useMakeFirst();
  const [errors, setErrors] = useState<FormErrors>({});
  const form = useFocusOnError(errors);

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (make.isPending) return;
    const email = emailIn(event.currentTarget);
    const password = textIn(event.currentTarget, "password");
    const typed = code === "" ? textIn(event.currentTarget, "code").trim() : code;
    const mistakes = {
      ...(typed === "" ? { code: "Enter the setup code." } : {}),
      ...mistakeInEmail(email),
      ...mistakeInLength(password, MIN_PASSWORD_LENGTH),
    };
    setErrors(mistakes);
    if (hasMistakes(mistakes)) return;
    make.mutate(
      // Whoever pasted the whole address means what stands behind its #.
      { email, password, ...(typed === undefined ? {} : { code: typed.replace(/^.*#/u, "") }) },
      {
        onError: (error) => setErrors(errorsFromAnswer(error)),
        ...(onDone ? { onSuccess: onDone } : {}),
      },
    );
  };

  return (
    <AuthLayout
      title={needsCode ? "Set up this Pinhole" : "Welcome to Pinhole"}
      lead={
        needsCode
          ? "For whoever deployed it: make the account that administers this site."
          : "Nobody has an account here yet. Make the first one: it administers this site."
      }
    >
      <form ref={form} noValidate method="post" onSubmit={onSubmit} className="space-y-5">
        <FormAlert>{errors.form}</FormAlert>
        {code === "" && (
          <TextField
            label="Setup code"
            name="code"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            hint="The end of the link that ./scripts/deploy printed, behind its #."
            error={errors.code}
          />
        )}
        <EmailField error={errors.email} />
        <NewPasswordInput least={MIN_PASSWORD_LENGTH} error={errors.password} />
        <Button look="primary" type="submit" busy={make.isPending} className="w-full">
          Make the account
        </Button>
      </form>
      {!needsCode && providers.length > 0 && <OrDivider />}
      {!needsCode && (
        <div className="space-y-3">
          <ProviderButtons next={next} />
        </div>
      )}
    </AuthLayout>
  );
};
