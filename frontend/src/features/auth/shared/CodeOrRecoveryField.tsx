/** A code beside the password: from the authenticator app, or a recovery code. */
import { useEffect, useRef } from "react";

import { TextField } from "@/ui";

export const CodeOrRecoveryField = ({ error }: { error: string | undefined }) => {
  const input = useRef<HTMLInputElement>(null);
  // It appears because it is the next thing to fill in.
  useEffect(() => input.current?.focus(), []);
  return (
    <TextField
      ref={input}
      label="Code"
      name="code"
      hint="From your authenticator app, or one of your recovery codes."
      error={error}
      autoComplete="one-time-code"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      inputClassName="font-mono text-base"
      required
    />
  );
};
