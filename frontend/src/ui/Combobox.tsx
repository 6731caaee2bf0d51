/** A field with a list of what may be chosen below it: the ARIA combobox whose list is always there. */
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

import { classNames } from "./class-names";

export type ComboboxOption = {
  /** Its own among all of the list. */
  key: string;
  content: ReactNode;
  /** Options of a group follow each other below its name. */
  group?: string;
};

type ComboboxProps<T extends ComboboxOption> = {
  label: string;
  /** The label is read aloud only. */
  isLabelHidden?: boolean;
  hint?: ReactNode;
  error?: string | undefined;
  placeholder?: string;
  maxLength: number;
  text: string;
  onText: (text: string) => void;
  options: readonly T[];
  listLabel: string;
  listClassName?: string;
  /** Whether Enter takes the first option while nothing is typed. */
  startsOnFirst?: boolean;
  /** The field has the focus at once. */
  takesFocus?: boolean;
  onChoose: (option: T) => void;
  /** Enter while no option is marked. */
  onEnter?: () => void;
};

export const Combobox = <T extends ComboboxOption>(props: ComboboxProps<T>) => {
  const { text, options, startsOnFirst = false, hint, error } = props;
  const id = useId();
  // Where the arrows went: what is typed then begins at the first again.
  const [moved, setMoved] = useState<{ text: string; key: string } | null>(null);
  const begin = startsOnFirst || text.trim() !== "" ? 0 : -1;
  const at = moved?.text === text ? options.findIndex(({ key }) => key === moved.key) : -1;
  const marked = at === -1 ? begin : at;
  const active = options[marked];
  const idOf = (option: T) => `${id}-${option.key}`;
  const activeId = active && idOf(active);

  const input = useRef<HTMLInputElement>(null);
  const { takesFocus = false } = props;
  useEffect(() => {
    if (takesFocus) input.current?.focus();
  }, [takesFocus]);
  useEffect(() => {
    if (activeId !== undefined) {
      document.getElementById(activeId)?.scrollIntoView({ block: "nearest" });
    }
  }, [activeId]);

  const mark = (index: number) => {
    const next = options.at(index % options.length);
    if (next) setMoved({ text, key: next.key });
  };
  const press = (event: KeyboardEvent) => {
    // Enter then ends the composition of a character.
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") mark(marked + 1);
    else if (event.key === "ArrowUp") mark(marked <= 0 ? -1 : marked - 1);
    else if (event.key !== "Enter") return;
    else if (active) props.onChoose(active);
    else props.onEnter?.();
    event.preventDefault();
  };
  const describedBy = classNames(
    error !== undefined && `${id}-error`,
    hint !== undefined && `${id}-hint`,
  );

  const row = (option: T) => (
    // The keys are those of the field.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      key={option.key}
      id={idOf(option)}
      role="option"
      tabIndex={-1}
      aria-selected={option === active}
      // The focus stays in the field.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => props.onChoose(option)}
      className={classNames(
        "flex min-h-11 cursor-default items-center gap-3 rounded-xl px-3 py-1.5 hover:bg-hover",
        option === active && "bg-sunken",
      )}
    >
      {option.content}
    </div>
  );
  return (
    <div>
      <label htmlFor={id} className={props.isLabelHidden ? "sr-only" : "mb-1.5 block font-medium"}>
        {props.label}
      </label>
      <input
        ref={input}
        id={id}
        role="combobox"
        aria-expanded={options.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={activeId}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={describedBy || undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        value={text}
        onChange={(event) => props.onText(event.target.value)}
        onKeyDown={press}
        className="h-11 w-full rounded-xl border border-edge bg-surface px-3.5 text-base text-ink focus:outline-2 focus:outline-offset-0 focus:outline-accent"
      />
      {error !== undefined && (
        <p id={`${id}-error`} role="alert" className="mt-1.5 text-sm text-danger">
          {error}
        </p>
      )}
      {hint !== undefined && (
        <div id={`${id}-hint`} className="mt-1.5 text-sm text-muted">
          {hint}
        </div>
      )}
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={props.listLabel}
        className={classNames(
          "-mx-2 mt-2 overflow-y-auto overscroll-contain",
          props.listClassName,
          options.length === 0 && "hidden",
        )}
      >
        {grouped(options).map(({ group, members }) =>
          group === undefined ? (
            members.map(row)
          ) : (
            <div key={group} role="group" aria-labelledby={`${id}-${group}`}>
              <div
                id={`${id}-${group}`}
                role="presentation"
                className="px-3 pt-3 pb-1 text-sm text-muted"
              >
                {group}
              </div>
              {members.map(row)}
            </div>
          ),
        )}
      </div>
    </div>
  );
};

type Group<T> = { group: string | undefined; members: T[] };

const grouped = <T extends ComboboxOption>(options: readonly T[]): Group<T>[] => {
  const groups: Group<T>[] = [];
  for (const option of options) {
    const last = groups.at(-1);
    if (last && last.group === option.group) last.members.push(option);
    else groups.push({ group: option.group, members: [option] });
  }
  return groups;
};
