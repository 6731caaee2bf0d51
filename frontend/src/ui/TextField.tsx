/** A labelled line of text, with a hint and the error that the server or the page found. */
import { useId, type ComponentProps, type ReactNode } from "react";

import { classNames } from "./class-names";

type TextFieldProps = Omit<ComponentProps<"input">, "id" | "aria-invalid" | "aria-describedby"> & {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** Sits inside the field at its end, such as the button that shows a password. */
  trailing?: ReactNode;
  /** Of the line itself; `className` is of the whole. */
  inputClassName?: string;
};

export const TextField = ({
  label,
  hint,
  error,
  trailing,
  className,
  inputClassName = "text-base",
  ...rest
}: TextFieldProps) => {
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const describedBy = classNames(error !== undefined && errorId, hint !== undefined && hintId);
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          {...rest}
          id={id}
          aria-invalid={error === undefined ? undefined : true}
          aria-describedby={describedBy || undefined}
          className={classNames(
            "h-11 w-full rounded-xl border bg-surface px-3.5 text-ink transition-colors",
            "read-only:bg-sunken",
            inputClassName,
            "focus:outline-2 focus:outline-offset-0 focus:outline-accent",
            error === undefined ? "border-edge" : "border-danger",
            trailing !== undefined && "pr-12",
          )}
        />
        {trailing !== undefined && (
          <div className="absolute inset-y-0 right-0.5 flex items-center">{trailing}</div>
        )}
      </div>
      {error !== undefined && (
        <p id={errorId} className="mt-1.5 text-sm text-danger">
          {error}
        </p>
      )}
      {hint !== undefined && (
        <div id={hintId} className="mt-1.5 text-sm text-muted">
          {hint}
        </div>
      )}
    </div>
  );
};
