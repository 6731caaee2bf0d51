/** A form with nothing but an address, to which a mail then goes. */
import { useState, type ReactNode, type SubmitEvent } from "react";

import { Button, FormAlert, useFocusOnError } from "@/ui";

import { AuthLayout } from "../shared/AuthLayout";
import { EmailField } from "../shared/EmailField";
import {
  emailIn,
  errorsFromAnswer,
  hasMistakes,
  mistakeInEmail,
  type FormErrors,
} from "../shared/form-errors";
import { CheckYourEmail } from "./CheckYourEmail";

/** What asks the server for the mail: a mutation. */
type Ask = {
  mutate: (
    body: { email: string },
    on?: { onSuccess?: () => void; onError?: (error: unknown) => void },
  ) => void;
  isPending: boolean;
  isSuccess: boolean;
  error: unknown;
};

type RequestLinkFormProps = {
  title: string;
  lead: ReactNode;
  button: string;
  ask: Ask;
  /** What was sent, up to the address. */
  sent: string;
  /** The address that is asked for already, if one is. */
  email?: string | null;
  /** Other ways, below the form. */
  children?: ReactNode;
  footer: ReactNode;
};

export const RequestLinkForm = (props: RequestLinkFormProps) => {
  const { title, lead, button, ask, sent, email, children, footer } = props;
  const [errors, setErrors] = useState<FormErrors>({});
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [typed, setTyped] = useState(email ?? "");
  const form = useFocusOnError(errors);

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (ask.isPending) return;
    const address = emailIn(event.currentTarget);
    const mistakes = mistakeInEmail(address);
    setErrors(mistakes);
    if (hasMistakes(mistakes)) return;
    setTyped(address);
    ask.mutate(
      { email: address },
      {
        onSuccess: () => setSentTo(address),
        onError: (error) => setErrors(errorsFromAnswer(error)),
      },
    );
  };

  if (sentTo !== null) {
    return (
      <CheckYourEmail
        email={sentTo}
        resend={{ ...ask, again: () => ask.mutate({ email: sentTo }) }}
        onOtherAddress={() => setSentTo(null)}
      >
        {sent}
      </CheckYourEmail>
    );
  }
  return (
    <AuthLayout title={title} lead={lead} footer={footer}>
      <form ref={form} noValidate method="post" onSubmit={onSubmit} className="space-y-5">
        <FormAlert>{errors.form}</FormAlert>
        <EmailField defaultValue={typed} readOnly={Boolean(email)} error={errors.email} />
        <Button look="primary" type="submit" busy={ask.isPending} className="w-full">
          {button}
        </Button>
      </form>
      {children}
    </AuthLayout>
  );
};
