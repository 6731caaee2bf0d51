/** Dialog to change the date of pictures: a date, a shift, a time zone, or that of the file. */
import { useId, useState, type SubmitEvent } from "react";

import type { DateChange } from "@/api";
import { RadioCards } from "@/components/settings/RadioCards";
import { picturesInWords } from "@/locale";
import { Button, Dialog, TextField } from "@/ui";

import {
  clockInWords,
  offsetIn,
  offsetInWords,
  offsetOf,
  offsetsWith,
  partsOf,
  shifted,
} from "./wall-clock";

type Mode = DateChange["action"];

const FIRST_MODE: Mode = "set_taken";
const MODES: readonly { value: Mode; label: string }[] = [
  { value: "set_taken", label: "Set date and time" },
  { value: "shift_taken", label: "Shift date and time" },
  { value: "set_offset", label: "Set time zone only" },
  { value: "reset_taken", label: "Use what the file says" },
];

/** As the API allows. */
const FIRST_DAY = "1826-01-01";
const LAST_DAY = "2199-12-31";
const UNKNOWN = "";
const UNITS = [
  { label: "Days", seconds: 86_400, max: 73_000 },
  { label: "Hours", seconds: 3_600, max: 23 },
  { label: "Minutes", seconds: 60, max: 59 },
  { label: "Seconds", seconds: 1, max: 59 },
] as const;

type DateDialogProps = {
  /** Of pictures. */
  count: number;
  /** Of the first of them: its place in the timeline, and when it was taken where that is known. */
  first: { timeline_at: string; taken_at?: string | null };
  /** The IANA time zone of its place, where nobody told the offset. */
  zoneGuess?: string | null;
  onChange: (change: DateChange) => void;
  onClose: () => void;
};

type OffsetFieldProps = {
  value: string;
  isOptional: boolean;
  /** Minutes; null: none is suggested. */
  guess: number | null;
  onChange: (value: string) => void;
};

const OffsetField = ({ value, isOptional, guess, onChange }: OffsetFieldProps) => {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block font-medium">
        Time zone
      </label>
      <select
        id={id}
        value={value}
        required={!isOptional}
        onChange={(event) => onChange(event.target.value)}
        className="h-11 w-full rounded-xl border border-edge bg-surface px-3 text-base text-ink focus:outline-2 focus:outline-offset-0 focus:outline-accent"
      >
        <option value={UNKNOWN}>{isOptional ? "Not known" : "Choose a time zone"}</option>
        {offsetsWith(value === UNKNOWN ? null : Number(value)).map((minutes) => (
          <option key={minutes} value={minutes}>
            {offsetInWords(minutes)}
          </option>
        ))}
      </select>
      {guess !== null && (
        <Button className="mt-2" onClick={() => onChange(String(guess))}>
          Use {offsetInWords(guess)}, as at its place
        </Button>
      )}
    </div>
  );
};

export const DateDialog = ({
  count,
  first,
  zoneGuess = null,
  onChange,
  onClose,
}: DateDialogProps) => {
  const form = useId();
  const now = partsOf(first.timeline_at);
  const [mode, setMode] = useState<Mode>(FIRST_MODE);
  const [date, setDate] = useState(now.date);
  const [time, setTime] = useState(now.time);
  const [offset, setOffset] = useState(() => String(offsetOf(first.taken_at ?? null) ?? UNKNOWN));
  const [amounts, setAmounts] = useState<readonly string[]>(UNITS.map(() => ""));
  const [isEarlier, setIsEarlier] = useState(false);
  const seconds =
    UNITS.reduce((sum, unit, at) => sum + unit.seconds * Number(amounts[at]), 0) *
    (isEarlier ? -1 : 1);

  const clock = mode === "set_taken" ? `${date}T${time}` : first.timeline_at;
  const guess = zoneGuess === null ? null : offsetIn(zoneGuess, clock);

  const change = (): DateChange | null => {
    const minutes = offset === UNKNOWN ? null : Number(offset);
    switch (mode) {
      case "set_taken": {
        const at = `${date}T${partsOf(`${date}T${time}`).time}`;
        return { action: mode, taken: { at, offset_minutes: minutes } };
      }
      case "shift_taken":
        return seconds === 0 ? null : { action: mode, shift_seconds: seconds };
      case "set_offset":
        return minutes === null ? null : { action: mode, offset_minutes: minutes };
      case "reset_taken":
        return { action: mode };
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const wanted = change();
    if (wanted) onChange(wanted);
    else onClose();
  };
  const preview = mode === "shift_taken" ? shifted(first.timeline_at, seconds) : null;
  return (
    <Dialog
      title={count === 1 ? "Change date" : `Change date of ${picturesInWords(count)}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form={form}>
            Change date
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <RadioCards
          legend="What to change"
          isLegendHidden
          name="mode"
          choices={MODES}
          first={FIRST_MODE}
          className="sm:grid-cols-2"
          onChoose={(value) => setMode(value as Mode)}
        />
        {mode === "set_taken" && (
          <div className="grid gap-3 min-[26rem]:grid-cols-2">
            <TextField
              label="Date"
              type="date"
              required
              min={FIRST_DAY}
              max={LAST_DAY}
              value={date}
              onChange={(event) => setDate(event.target.value)}
            />
            <TextField
              label="Time"
              type="time"
              step={1}
              required
              value={time}
              onChange={(event) => setTime(event.target.value)}
            />
          </div>
        )}
        {mode === "shift_taken" && (
          <>
            <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
              {UNITS.map(({ label, max }, at) => (
                <TextField
                  key={label}
                  label={label}
                  type="number"
                  inputMode="numeric"
                  min={0}
                  max={max}
                  step={1}
                  placeholder="0"
                  value={amounts[at] ?? ""}
                  onChange={({ target: { value } }) => setAmounts(amounts.with(at, value))}
                />
              ))}
            </div>
            <label className="flex min-h-11 items-center gap-3">
              <input
                type="checkbox"
                checked={isEarlier}
                onChange={(event) => setIsEarlier(event.target.checked)}
                className="size-5 accent-accent"
              />
              Earlier, not later
            </label>
          </>
        )}
        {(mode === "set_taken" || mode === "set_offset") && (
          <OffsetField
            value={offset}
            isOptional={mode === "set_taken"}
            guess={offset === UNKNOWN ? guess : null}
            onChange={setOffset}
          />
        )}
        <p className="text-sm text-muted">{EXPLAINED[mode](count)}</p>
        {preview !== null && seconds !== 0 && (
          <p className="text-sm text-muted" role="status">
            {count > 1 && "The first one: "}
            {clockInWords(first.timeline_at)} → {clockInWords(preview)}
          </p>
        )}
      </form>
    </Dialog>
  );
};

const EXPLAINED: Record<Mode, (count: number) => string> = {
  set_taken: (count) =>
    count === 1
      ? "The date and time at the place where the picture was taken."
      : "All of them get the same date and time.",
  shift_taken: () => "For a camera whose clock was wrong. The time zone stays.",
  set_offset: () => "Date and time stay; this says where that clock was.",
  reset_taken: (count) =>
    count === 1
      ? "Your correction is forgotten. The original file was never changed."
      : "Your corrections are forgotten. The original files were never changed.",
};
