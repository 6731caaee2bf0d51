/** Words about a whole form, above it. */
import type { ReactNode } from "react";

import { classNames } from "./class-names";

type FormAlertProps = {
  /** Nothing is shown without words. */
  children: ReactNode;
  /** "note" is for what is no fault of anybody. */
  tone?: "danger" | "note";
};

export const FormAlert = ({ children, tone = "danger" }: FormAlertProps) =>
  children === undefined || children === null ? null : (
    <p
      role={tone === "danger" ? "alert" : "status"}
      tabIndex={-1}
      className={classNames(
        "rounded-xl px-4 py-3",
        tone === "danger" ? "bg-danger-soft text-danger" : "bg-accent-soft text-ink",
      )}
    >
      {children}
    </p>
  );
