/** A password that is being chosen, with what the server thinks of it. */
import { useState } from "react";

import { usePasswordOpinion } from "@/api";
import { NewPasswordField } from "@/ui";

type NewPasswordInputProps = {
  label?: string;
  least: number;
  /** What it takes, where that is more than a number. */
  rule?: string;
  /** Whose it is: an address is easy to guess too. */
  email?: string;
  error: string | undefined;
  /** The complaint is about what was there before. */
  onEdit: () => void;
};

export const NewPasswordInput = ({
  label = "Password",
  least,
  rule,
  email,
  error,
  onEdit,
}: NewPasswordInputProps) => {
  const [typed, setTyped] = useState("");
  const opinion = usePasswordOpinion(typed, { least, ...(email === undefined ? {} : { email }) });
  return (
    <NewPasswordField
      label={label}
      name="password"
      least={least}
      opinion={opinion}
      onType={(text) => {
        setTyped(text);
        if (error !== undefined) onEdit();
      }}
      error={error}
      {...(rule === undefined ? {} : { rule })}
    />
  );
};
