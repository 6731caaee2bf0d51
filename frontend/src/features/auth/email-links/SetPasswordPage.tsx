/** Choosing a password for the address that the link in a mail has proved. */
import { useState, type ComponentProps, type ReactNode, type SubmitEvent } from "react";

import { Button, FormAlert, useFocusOnError } from "@/ui";

import { AuthLayout } from "../shared/AuthLayout";
import { EmailField } from "../shared/EmailField";
import {
  errorsFromAnswer,
  hasMistakes,
  MIN_PASSWORD_LENGTH,
  mistakeInLength,
  textIn,
  type FormErrors,
} from "../shared/form-errors";
import { NewPasswordInput } from "../shared/NewPasswordInput";
import { DeadLink, LookedAt } from "./LinkStates";

/** What sends the password: a mutation. */
type Send = {
  mutate: (
    body: { token: string; password: string },
    on: { onSuccess: () => void; onError: (error: unknown) => void },
  ) => void;
  isPending: boolean;
};

type SetPasswordFormProps = {
  title: string;
  lead: ReactNode;
  label: string;
  button: string;
  token: string;
  email: string;
  /** Shorter ones are not even sent; whether they are long enough for this account knows the server. */
  least: number;
  rule?: string;
  send: Send;
  onDone: () => void;
};

const SetPasswordForm = (props: SetPasswordFormProps) => {
  const { title, lead, label, button, token, email, least, rule, send, onDone } = props;
  const [errors, setErrors] = useState<FormErrors>({});
  const form = useFocusOnError(errors);

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (send.isPending) return;
    const password = textIn(event.currentTarget, "password");
    const mistakes = mistakeInLength(password, least);
    setErrors(mistakes);
    if (hasMistakes(mistakes)) return;
    send.mutate(
      { token, password },
      { onSuccess: onDone, onError: (error) => setErrors(errorsFromAnswer(error)) },
    );
  };

  return (
    <AuthLayout title={title} lead={lead}>
      <form ref={form} noValidate method="post" onSubmit={onSubmit} className="space-y-5">
        <FormAlert>{errors.form}</FormAlert>
        <EmailField value={email} readOnly error={undefined} />
        <NewPasswordInput
          label={label}
          least={MIN_PASSWORD_LENGTH}
          email={email}
          error={errors.password}
          onEdit={() => setErrors({})}
          {...(rule === undefined ? {} : { rule })}
        />
        <Button look="primary" type="submit" busy={send.isPending} className="w-full">
          {button}
        </Button>
      </form>
    </AuthLayout>
  );
};

type SetPasswordPageProps = Omit<SetPasswordFormProps, "email"> & {
  /** The query that looks at the link, and tells whose address it proves. */
  look: ComponentProps<typeof LookedAt<{ email: string }>>["look"];
  /** Why the link may work no longer, and where to go then. */
  dead: ComponentProps<typeof DeadLink>;
};

export const SetPasswordPage = ({ look, dead, ...form }: SetPasswordPageProps) => (
  <LookedAt look={look} dead={<DeadLink {...dead} />}>
    {({ email }) => <SetPasswordForm email={email} {...form} />}
  </LookedAt>
);
