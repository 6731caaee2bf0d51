/** A labelled text of several lines, with a count as its limit comes near. */
import { useId, type Ref } from "react";

import { formatNumber } from "@/locale";
import { classNames } from "@/ui";

type LongTextFieldProps = {
  label: string;
  hint?: string;
  rows: number;
  /** In characters; none is counted when absent. */
  limit?: number;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
  ref?: Ref<HTMLTextAreaElement>;
};

/** The count appears when so little is left. */
const NEARLY_FULL = 0.8;

export const TextAreaField = (props: LongTextFieldProps) => {
  const { label, hint, rows, limit, value, error, onChange, ref } = props;
  const id = useId();
  const isNearlyFull = limit !== undefined && value.length > limit * NEARLY_FULL;
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <textarea
        ref={ref}
        id={id}
        rows={rows}
        value={value}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={note === undefined ? undefined : noteId}
        onChange={(event) => onChange(event.currentTarget.value)}
        className={classNames(
          "field-sizing-content max-h-60 w-full resize-y rounded-xl border bg-surface px-3.5 py-2.5 text-base text-ink sm:text-[0.9375rem]",
          "focus:outline-2 focus:outline-offset-0 focus:outline-accent",
          error === undefined ? "border-edge" : "border-danger",
        )}
      />
      <div className="flex justify-between gap-3 text-sm text-muted">
        <span id={noteId} className={error === undefined ? undefined : "text-danger"}>
          {note}
        </span>
        {isNearlyFull && (
          <span className="shrink-0 tabular-nums">
            {formatNumber(value.length)} / {formatNumber(limit)}
          </span>
        )}
      </div>
    </div>
  );
};
