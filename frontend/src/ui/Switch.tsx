/** On or off, at once. */
import { classNames } from "./class-names";

type SwitchProps = {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  busy?: boolean;
  className?: string;
};

export const Switch = ({ label, checked, onChange, busy = false, className }: SwitchProps) => (
  <label
    className={classNames("flex min-h-11 cursor-pointer items-center gap-3 font-medium", className)}
  >
    <span className="relative inline-flex h-7 w-12 shrink-0">
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        aria-busy={busy || undefined}
        onChange={(event) => {
          if (!busy) onChange(event.currentTarget.checked);
        }}
        className="peer absolute inset-0 cursor-pointer appearance-none rounded-full border border-edge bg-sunken transition-colors checked:border-accent checked:bg-accent focus-visible:outline-2 focus-visible:outline-offset-2"
      />
      <span className="pointer-events-none absolute top-1 left-1 size-5 rounded-full bg-edge shadow-sm transition-transform peer-checked:translate-x-5 peer-checked:bg-canvas" />
    </span>
    {label}
  </label>
);
