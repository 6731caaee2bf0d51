/** A password that can be looked at while it is typed. */
import { useState, type ComponentProps } from "react";

import { IconButton } from "./Button";
import { EyeIcon, EyeOffIcon } from "./lazy-icons";
import { TextField } from "./TextField";

type PasswordFieldProps = Omit<ComponentProps<typeof TextField>, "type" | "trailing">;

export const PasswordField = (props: PasswordFieldProps) => {
  const [isShown, setShown] = useState(false);
  return (
    <TextField
      {...props}
      type={isShown ? "text" : "password"}
      // A password shown as text must not be "corrected", nor sent to a spelling service.
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      trailing={
        <IconButton
          label={isShown ? "Hide the password" : "Show the password"}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? <EyeOffIcon /> : <EyeIcon />}
        </IconButton>
      }
    />
  );
};
