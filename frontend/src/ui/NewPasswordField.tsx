/** A password that is being chosen, with a meter that speaks in words. */
import { useState } from "react";

import { classNames } from "./class-names";
import { PasswordField } from "./PasswordField";

/** What the server thinks of it: 0 (guessed at once) to 4 (beyond guessing), and what would help. */
type Opinion = {
  score: number;
  warning: string | null;
  suggestions: readonly string[];
  /** Whether it may be used; if not, the warning says why. */
  accepted: boolean;
};

const WORDS = ["Easy to guess", "Easy to guess", "Could be stronger", "Good", "Strong"] as const;
const COLOURS = ["bg-danger", "bg-danger", "bg-accent", "bg-good", "bg-good"] as const;
const SEGMENTS = [1, 2, 3, 4];

/** Code points, which is how the server counts. */
export const countCharacters = (text: string): number => Array.from(text).length;

type MeterProps = { length: number; least: number; rule: string; opinion: Opinion | undefined };

const Meter = ({ length, least, rule, opinion }: MeterProps) => {
  const isEnough = length >= least;
  const known = isEnough ? opinion : undefined;
  const score = known ? (known.accepted ? Math.max(1, known.score) : 1) : 0;
  const word = known && (known.accepted ? WORDS[known.score] : "Not accepted");
  const isWeak = known && (known.score < 3 || !known.accepted);
  const advice = isWeak ? (known.warning ?? known.suggestions[0]) : undefined;
  return (
    <>
      <div className="mb-1.5 flex h-5 items-center gap-3" aria-hidden="true">
        <div className="flex grow gap-1">
          {SEGMENTS.map((segment) => (
            <span
              key={segment}
              className={classNames(
                "h-1 grow rounded-full transition-colors",
                segment <= score ? COLOURS[score] : "bg-sunken",
              )}
            />
          ))}
        </div>
        <span className="min-w-28 text-right tabular-nums">
          {isEnough ? word : `${length} of ${least}`}
        </span>
      </div>
      {/* Two lines are kept free, so that nothing below moves while the advice changes. */}
      <div className="min-h-[2lh]">{advice ?? rule}</div>
      {/* Announced when it changes; the count of characters would be read at every key. */}
      <span role="status" className="sr-only">
        {word === undefined ? "" : `Strength: ${word}. ${advice ?? ""}`}
      </span>
    </>
  );
};

type NewPasswordFieldProps = Omit<
  Parameters<typeof PasswordField>[0],
  "autoComplete" | "hint" | "onChange" | "required" | "minLength"
> & {
  /** So many characters it takes. */
  least: number;
  /** What it takes, in words. */
  rule?: string;
  opinion: Opinion | undefined;
  onType: (password: string) => void;
};

export const NewPasswordField = ({
  least,
  rule = `${least} characters or more. A few unrelated words are easy to remember.`,
  opinion,
  onType,
  ...rest
}: NewPasswordFieldProps) => {
  const [length, setLength] = useState(0);
  return (
    <PasswordField
      {...rest}
      autoComplete="new-password"
      required
      hint={<Meter length={length} least={least} rule={rule} opinion={opinion} />}
      onChange={(event) => {
        setLength(countCharacters(event.currentTarget.value));
        onType(event.currentTarget.value);
      }}
    />
  );
};
