/** Page of a link that is not available. It gives no reason: nobody learns whether the link exists. */
import { useState, type ReactNode, type SubmitEvent } from "react";

import { Button, FormAlert, LogoMark, PasswordField, usePageTitle } from "@/ui";

type FrameProps = { title: string; lead: string; children?: ReactNode };

const Frame = ({ title, lead, children }: FrameProps) => {
  usePageTitle("Shared pictures");
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center px-6 py-12">
      <LogoMark className="size-10" />
      <h1 className="mt-5 text-2xl font-semibold tracking-tight">{title}</h1>
      <p className="mt-2 text-muted">{lead}</p>
      {children}
    </main>
  );
};

type ClosedLinkProps = {
  /** It showed pictures to this page a moment ago. */
  wasOpen: boolean;
  /** Of the last password; absent: none was given yet. */
  refusal?: string;
  isBusy: boolean;
  onPassword: (password: string) => void;
};

export const ClosedLink = ({ wasOpen, refusal, isBusy, onPassword }: ClosedLinkProps) => {
  const [password, setPassword] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (password !== "" && !isBusy) onPassword(password);
  };
  const [title, lead] = wasOpen
    ? [
        "This link has ended",
        "The link was ended or changed, or has expired. Ask the sender for a new one. If you have a new password, enter it here.",
      ]
    : [
        "A password is needed, or the link has ended",
        "Enter the password. If you do not have one, ask the sender for a new link.",
      ];
  return (
    <Frame title={title} lead={lead}>
      <form method="post" onSubmit={submit} className="mt-6 space-y-4">
        <FormAlert>{refusal}</FormAlert>
        <PasswordField
          label="Password"
          name="password"
          autoComplete="off"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button look="primary" type="submit" busy={isBusy}>
          Show the pictures
        </Button>
      </form>
    </Frame>
  );
};

/** The address is none of a link: no server is asked. */
export const CutLink = () => (
  <Frame
    title="This link is incomplete"
    lead="Copy the whole link from the message, with everything after the #."
  />
);
