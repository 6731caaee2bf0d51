/** Buttons, and links that look like them. */
import type { ComponentProps, ReactNode } from "react";

import { classNames } from "./class-names";
import { Spinner } from "./Spinner";

type Look = "primary" | "secondary" | "quiet" | "danger";

const looks: Record<Look, string> = {
  primary: "bg-ink text-canvas hover:bg-ink/85",
  secondary: "border border-line bg-surface text-ink hover:bg-hover",
  quiet: "text-ink hover:bg-hover",
  danger: "bg-danger text-canvas hover:bg-danger/85",
};

const base =
  "inline-flex h-10 pointer-coarse:h-11 select-none items-center justify-center gap-2 rounded-full px-4.5 " +
  "font-medium whitespace-nowrap transition-colors disabled:opacity-50 aria-disabled:opacity-50";

/** The classes of a button, for elements that must be something else (a link). */
export const buttonClass = (look: Look = "secondary"): string => classNames(base, looks[look]);

type ButtonProps = Omit<ComponentProps<"button">, "type"> & {
  look?: Look;
  type?: "button" | "submit";
  /** Shows that the press is being carried out; further presses do nothing, and the focus stays. */
  busy?: boolean;
  icon?: ReactNode;
};

export const Button = ({
  look = "secondary",
  type = "button",
  busy = false,
  icon,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) => (
  <button
    {...rest}
    type={type}
    aria-disabled={busy || undefined}
    aria-busy={busy || undefined}
    onClick={(event) => {
      if (busy) event.preventDefault();
      else onClick?.(event);
    }}
    className={classNames(buttonClass(look), className)}
  >
    {busy ? <Spinner className="size-4" /> : icon}
    {children}
  </button>
);

type IconButtonProps = Omit<ComponentProps<"button">, "type" | "aria-label"> & {
  /** Read aloud, and shown when the pointer rests. */
  label: string;
};

/** A round button with an icon only; 40 px, 44 px under a finger. */
export const IconButton = ({ label, className, children, ...rest }: IconButtonProps) => (
  <button
    title={label}
    {...rest}
    type="button"
    aria-label={label}
    className={classNames(
      "inline-flex size-10 pointer-coarse:size-11 shrink-0 items-center justify-center rounded-full",
      "text-current transition-colors hover:bg-hover disabled:opacity-40",
      className,
    )}
  >
    {children}
  </button>
);
