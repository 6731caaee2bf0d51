/** The six digits that an authenticator app shows: typed, pasted with spaces, or filled in by the browser. */
import { useEffect, useRef, useState, type ComponentProps } from "react";

import { TextField } from "./TextField";

const DIGITS = 6;

type CodeFieldProps = Omit<
  ComponentProps<typeof TextField>,
  "value" | "onChange" | "ref" | "type" | "inputMode" | "autoComplete"
> & {
  /** Called once all digits are there, so that nobody has to press a button besides. */
  onFull?: (code: string) => void;
  /** Puts the focus here when the field appears: for a step of which this is all. */
  focusFirst?: boolean;
};

export const CodeField = ({ onFull, focusFirst = false, ...rest }: CodeFieldProps) => {
  const [code, setCode] = useState("");
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (focusFirst) input.current?.focus();
  }, [focusFirst]);
  // A code that was refused is typed anew, not mended.
  useEffect(() => {
    if (rest.error !== undefined) input.current?.select();
  }, [rest.error]);

  return (
    <TextField
      {...rest}
      ref={input}
      value={code}
      onChange={(event) => {
        const digits = event.currentTarget.value.replaceAll(/\D/gu, "").slice(0, DIGITS);
        setCode(digits);
        if (digits.length === DIGITS && digits !== code) onFull?.(digits);
      }}
      inputMode="numeric"
      autoComplete="one-time-code"
      autoCorrect="off"
      spellCheck={false}
      inputClassName="font-mono text-xl tracking-[0.35em] tabular-nums"
    />
  );
};
