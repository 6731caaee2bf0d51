/** Making the first account of a site that has none. */
import { useState, type SubmitEvent } from "react";

import { useMakeFirst, useSession } from "@/api";
import { Button, FormAlert, useFocusOnError } from "@/ui";

import {
  emailIn,
  errorsFromAnswer,
  hasMistakes,
  LEAST_ALONE,
  mistakeInEmail,
  mistakeInLength,
  textIn,
  type FormErrors,
} from "./account-form";
import { AccountFrame } from "./AccountFrame";
import { ChosenPassword } from "./ChosenPassword";
import { EmailField } from "./EmailField";
import { Or } from "./Or";
import { Providers } from "./Providers";

export const FirstAccount = ({ next }: { next: string }) => {
  const { providers } = useSession().sign_in;
  const make = useMakeFirst();
  const [errors, setErrors] = useState<FormErrors>({});
  const form = useFocusOnError(errors);

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (make.isPending) return;
    const email = emailIn(event.currentTarget);
    const password = textIn(event.currentTarget, "password");
    const mistakes = { ...mistakeInEmail(email), ...mistakeInLength(password, LEAST_ALONE) };
    setErrors(mistakes);
    if (hasMistakes(mistakes)) return;
    make.mutate({ email, password }, { onError: (error) => setErrors(errorsFromAnswer(error)) });
  };

  return (
    <AccountFrame
      title="Welcome to Pinhole"
      lead="Nobody has an account here yet. Make the first one: it administers this site."
    >
      <form ref={form} noValidate method="post" onSubmit={onSubmit} className="space-y-5">
        <FormAlert>{errors.form}</FormAlert>
        <EmailField error={errors.email} />
        <ChosenPassword least={LEAST_ALONE} error={errors.password} />
        <Button look="primary" type="submit" busy={make.isPending} className="w-full">
          Make the account
        </Button>
      </form>
      {providers.length > 0 && <Or />}
      <div className="space-y-3">
        <Providers next={next} />
      </div>
    </AccountFrame>
  );
};
