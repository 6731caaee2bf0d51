/** In which languages pictures are described, and which names a model may use. */
import { useId, useState, type SubmitEvent } from "react";

import {
  toProblem,
  useDescriptionPreferences,
  useSetDescriptionPreferences,
  type DescriptionPreferences,
} from "@/api";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Section } from "@/components/settings/Section";
import {
  Button,
  classNames,
  CloseIcon,
  FormAlert,
  IconButton,
  PlusIcon,
  TextField,
  useToast,
} from "@/ui";

type KnownName = DescriptionPreferences["names"][number];
type Line = KnownName & { key: number };

/** As the API has them. */
const MAX_LANGUAGES = 3;
const MAX_NAMES = 30;
const LONGEST_NAME = 40;
const LONGEST_NOTE = 80;
const NAMELESS = "Give it a name, or remove the line.";
const ORDINALS = ["First language", "Second language", "Third language"];

type LanguageFieldProps = {
  label: string;
  value: string;
  none: string;
  offered: DescriptionPreferences["offered"];
  onChange: (code: string) => void;
};

const LanguageField = ({ label, value, none, offered, onChange }: LanguageFieldProps) => {
  const id = useId();
  return (
    <div className="min-w-0 grow basis-44">
      <label htmlFor={id} className="mb-1.5 block font-medium">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-11 w-full rounded-xl border border-edge bg-surface px-3 focus:outline-2 focus:outline-accent"
      >
        <option value="">{none}</option>
        {offered.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
};

const nameOf = ({ key }: Line): string => `name-${String(key)}`;

type NameLineProps = {
  line: Line;
  number: number;
  error: string | undefined;
  onChange: (changes: Partial<KnownName>) => void;
  onRemove: () => void;
};

const NameLine = ({ line, number, error, onChange, onRemove }: NameLineProps) => (
  <li className={classNames("flex gap-2", error === undefined ? "items-end" : "items-center")}>
    <div className="flex min-w-0 grow flex-wrap gap-x-3 gap-y-2">
      <TextField
        className="min-w-0 grow basis-36"
        label={`Name ${number}`}
        autoComplete="off"
        maxLength={LONGEST_NAME}
        placeholder="Oma"
        name={nameOf(line)}
        value={line.name}
        error={error}
        onChange={(event) => onChange({ name: event.target.value })}
      />
      <TextField
        className="min-w-0 grow-[3] basis-60"
        label={`What name ${number} stands for`}
        autoComplete="off"
        maxLength={LONGEST_NOTE}
        placeholder="an old woman with short white hair"
        value={line.note}
        onChange={(event) => onChange({ note: event.target.value })}
      />
    </div>
    <IconButton label={`Remove name ${number}`} onClick={onRemove}>
      <CloseIcon />
    </IconButton>
  </li>
);

const PreferencesForm = ({ preferences }: { preferences: DescriptionPreferences }) => {
  const save = useSetDescriptionPreferences();
  const toast = useToast();
  const [languages, setLanguages] = useState(preferences.languages);
  const [lines, setLines] = useState<readonly Line[]>(() =>
    preferences.names.map((name, key) => ({ ...name, key })),
  );
  const [isTried, setTried] = useState(false);
  const isNameless = ({ name, note }: Line) => name.trim() === "" && note.trim() !== "";
  const choose = (at: number, code: string) => {
    const chosen = [...languages];
    if (code === "") chosen.splice(at, 1);
    else chosen[at] = code;
    setLanguages([...new Set(chosen)]);
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const nameless = lines.find(isNameless);
    setTried(nameless !== undefined);
    if (nameless) {
      const field = event.currentTarget.elements.namedItem(nameOf(nameless));
      if (field instanceof HTMLElement) field.focus();
      return;
    }
    const names = lines
      .map(({ name, note }) => ({ name: name.trim(), note: note.trim() }))
      .filter(({ name }) => name !== "");
    save.mutate(
      { languages, names },
      {
        onSuccess: (saved) => {
          setLines(saved.names.map((name, key) => ({ ...name, key })));
          toast.show({ message: "Saved. It counts for what is described from now on" });
        },
      },
    );
  };
  return (
    <form noValidate onSubmit={submit} className="space-y-6">
      <FormAlert>{save.error === null ? undefined : toProblem(save.error).detail}</FormAlert>
      <fieldset>
        <legend className="sr-only">Languages</legend>
        <div className="flex flex-wrap gap-3">
          {ORDINALS.slice(0, Math.min(MAX_LANGUAGES, languages.length + 1)).map((label, at) => (
            <LanguageField
              key={label}
              label={label}
              value={languages[at] ?? ""}
              none={at === 0 ? "English, if nothing is said" : "None"}
              offered={preferences.offered}
              onChange={(code) => choose(at, code)}
            />
          ))}
        </div>
        <p className="mt-2 text-sm text-muted">
          The alt text is in the first one; the description has a paragraph in each, and there are
          keywords in each. Search finds all of them.
        </p>
      </fieldset>
      <fieldset>
        <legend className="font-medium">Names that the model may use</legend>
        <p className="mt-1 mb-3 text-sm text-muted">
          Say what each looks like. They are sent with every picture, as data.
        </p>
        <ul className="space-y-3">
          {lines.map((line, at) => (
            <NameLine
              key={line.key}
              line={line}
              number={at + 1}
              error={isTried && isNameless(line) ? NAMELESS : undefined}
              onChange={(changes) =>
                setLines(lines.map((one) => (one === line ? { ...one, ...changes } : one)))
              }
              onRemove={() => setLines(lines.filter((one) => one !== line))}
            />
          ))}
        </ul>
        {lines.length < MAX_NAMES && (
          <Button
            className="mt-3"
            icon={<PlusIcon />}
            onClick={() => {
              const key = Math.max(-1, ...lines.map((line) => line.key)) + 1;
              setLines([...lines, { name: "", note: "", key }]);
            }}
          >
            Add a name
          </Button>
        )}
      </fieldset>
      <Button type="submit" look="primary" busy={save.isPending}>
        Save languages and names
      </Button>
    </form>
  );
};

export const PreferencesSection = () => {
  const preferences = useDescriptionPreferences();
  return (
    <Section title="Languages and names" lead="How your pictures are described from now on.">
      <QueryBoundary query={preferences} what="languages and names" rows={3}>
        {(data) => <PreferencesForm preferences={data} />}
      </QueryBoundary>
    </Section>
  );
};
