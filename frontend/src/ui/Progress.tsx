/** Progress bar. */
import { classNames } from "./class-names";

type ProgressProps = {
  /** 0 to 1; null when nobody knows how far it is. */
  value: number | null;
  label: string;
  className?: string;
};

export const Progress = ({ value, label, className }: ProgressProps) => (
  <div
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={value === null ? undefined : Math.round(value * 100)}
    className={classNames("h-1.5 overflow-hidden rounded-full bg-sunken", className)}
  >
    <div
      className={classNames(
        // It moves often and by little: to slide there would draw the page anew sixty times a second.
        "h-full rounded-full bg-accent",
        value === null && "animate-breathe",
      )}
      style={{ width: value === null ? "100%" : `${Math.round(value * 100)}%` }}
    />
  </div>
);
