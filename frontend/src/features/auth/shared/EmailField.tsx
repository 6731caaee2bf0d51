/** The address that names an account. */
import type { ComponentProps } from "react";

import { TextField } from "@/ui";

type EmailFieldProps = Partial<ComponentProps<typeof TextField>> & { error: string | undefined };

export const EmailField = (props: EmailFieldProps) => (
  <TextField
    label="E-mail"
    name="email"
    type="email"
    autoComplete="username"
    inputMode="email"
    autoCapitalize="none"
    spellCheck={false}
    required
    {...props}
  />
);
