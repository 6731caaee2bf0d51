/** One of a few, each with a word on what it means. */
import { classNames } from "@/ui";

type Choice = { value: string; label: string; about?: string };

type ChoicesProps = {
  legend: string;
  name: string;
  choices: readonly Choice[];
  /** Chosen at first. */
  first: string;
  className?: string;
  /** Is told of each choice; a form may also read the one that stands at its end. */
  onChoose?: (value: string) => void;
  /** Where the choices speak for themselves, the legend is for screen readers only. */
  isLegendHidden?: boolean;
};

export const RadioCards = ({
  legend,
  name,
  choices,
  first,
  className,
  onChoose,
  isLegendHidden = false,
}: ChoicesProps) => (
  <fieldset>
    <legend className={isLegendHidden ? "sr-only" : "mb-1.5 font-medium"}>{legend}</legend>
    <div className={classNames("grid gap-2", className)}>
      {choices.map(({ value, label, about }) => (
        <label
          key={value}
          className={classNames(
            "flex min-h-11 cursor-pointer flex-col justify-center rounded-xl border border-edge px-3.5 py-2 transition-colors",
            "hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft",
            "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
          )}
        >
          <input
            type="radio"
            name={name}
            value={value}
            defaultChecked={value === first}
            onChange={() => onChoose?.(value)}
            className="sr-only"
          />
          <span className="font-medium">{label}</span>
          {about !== undefined && <span className="text-sm text-muted">{about}</span>}
        </label>
      ))}
    </div>
  </fieldset>
);
