/** Form fields to let guests add pictures by a link to an album. */
import { useId } from "react";

import type { Collecting } from "@/api";
import { formatNumber } from "@/locale";
import { formatBytes, Switch } from "@/ui";

const GB = 1024 ** 3;
const COUNTS = [50, 200, 500, 2_000];
const SIZES = [GB, 5 * GB, 10 * GB, 50 * GB];

export const COLLECTING: Collecting = {
  review: true,
  show_pictures: true,
  max_pictures: 500,
  max_bytes: 10 * GB,
};

type CollectFieldsProps = {
  collect: Collecting | null;
  onCollect: (collect: Collecting | null) => void;
};

type PickProps = {
  label: string;
  value: number;
  choices: readonly number[];
  words: (value: number) => string;
  onPick: (value: number) => void;
};

const Pick = ({ label, value, choices, words, onPick }: PickProps) => {
  const id = useId();
  // What a script has said is among them, too.
  const all = [...new Set([...choices, value])].sort((a, b) => a - b);
  return (
    <div className="min-w-0 flex-1">
      <label htmlFor={id} className="mb-1 block text-sm">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onPick(Number(event.target.value))}
        className="h-11 w-full rounded-xl border border-edge bg-surface px-3 text-base text-ink focus:outline-2 focus:outline-offset-0 focus:outline-accent"
      >
        {all.map((each) => (
          <option key={each} value={each}>
            {words(each)}
          </option>
        ))}
      </select>
    </div>
  );
};

export const CollectFields = ({ collect, onCollect }: CollectFieldsProps) => (
  <div>
    <Switch
      label="Guests may add pictures"
      checked={collect !== null}
      onChange={(isOn) => onCollect(isOn ? COLLECTING : null)}
    />
    {collect !== null && (
      <div className="mt-1 rounded-xl bg-accent-soft px-4 py-2">
        <Switch
          label="I look at them first"
          checked={collect.review}
          onChange={(review) => onCollect({ ...collect, review })}
        />
        <Switch
          label="Guests see the album"
          checked={collect.show_pictures}
          onChange={(show) => onCollect({ ...collect, show_pictures: show })}
        />
        <div className="flex gap-3 py-1">
          <Pick
            label="At most"
            value={collect.max_pictures}
            choices={COUNTS}
            words={(count) => `${formatNumber(count)} pictures`}
            onPick={(count) => onCollect({ ...collect, max_pictures: count })}
          />
          <Pick
            label="Together"
            value={collect.max_bytes}
            choices={SIZES}
            words={formatBytes}
            onPick={(bytes) => onCollect({ ...collect, max_bytes: bytes })}
          />
        </div>
        <p className="pb-1 text-sm">
          Whoever has the link can send pictures without an account. They count for your storage.
        </p>
      </div>
    )}
  </div>
);
