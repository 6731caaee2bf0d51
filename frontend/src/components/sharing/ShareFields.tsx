/** Form fields of a share link. */
import { useId, useState } from "react";

import type { Collecting, Share } from "@/api";
import { fieldError } from "@/components/settings/FormDialog";
import { PasswordField, Switch, TextField } from "@/ui";

import { CollectFields } from "./CollectFields";
import { type Shows } from "./share-options";

const MAX_TITLE = 200;
const MAX_NAME = 100;
const MAX_NOTE = 2_000;

type ShareFieldsProps = {
  /** What is said already; null: a new link. */
  share: Share | null;
  title?: string;
  shows: Shows;
  onShows: (shows: Shows) => void;
  /** What guests may add; undefined: the link is to no album. */
  collect?: Collecting | null | undefined;
  onCollect?: (collect: Collecting | null) => void;
  error: Error | null;
};

/** Whether the server complains of a field that says so itself. */
export const isSaidAtField = (error: Error | null): boolean =>
  ["title", "password", "expires_at", "name", "preview"].some(
    (name) => fieldError(error, name) !== undefined,
  );

const SHOWS: readonly (readonly [keyof Shows, string])[] = [
  ["show_dates", "Dates"],
  ["show_descriptions", "Descriptions"],
  ["show_names", "File names"],
  ["allow_downloads", "Downloads of the originals"],
];

const LIFETIMES = [
  ["", "Until you end it"],
  ["1", "For 1 day"],
  ["7", "For 7 days"],
  ["30", "For 30 days"],
  ["90", "For 90 days"],
] as const;

const field =
  "w-full rounded-xl border border-edge bg-surface px-3.5 text-base text-ink focus:outline-2 focus:outline-offset-0 focus:outline-accent";

type PartProps = Pick<ShareFieldsProps, "share" | "error">;

/** Until when guests may add pictures is always said. */
const DAYS_OF_COLLECTING = "30";

const Expiry = ({ share, error, isBounded }: PartProps & { isBounded: boolean }) => {
  const id = useId();
  const isKept = share !== null && share.expires_at !== null;
  const said = fieldError(error, "expires_at");
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block font-medium">
        Works
      </label>
      <select
        id={id}
        // Another one with another choice at first.
        key={String(isBounded)}
        name="expires"
        defaultValue={isKept ? "kept" : isBounded ? DAYS_OF_COLLECTING : ""}
        aria-invalid={said === undefined ? undefined : true}
        className={`h-11 ${field}`}
      >
        {isKept && <option value="kept">As before</option>}
        {LIFETIMES.filter(([value]) => !isBounded || value !== "").map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      {said !== undefined && <p className="mt-1.5 text-sm text-danger">{said}</p>}
    </div>
  );
};

const Password = ({ share, error }: PartProps) => {
  const [isRemoved, setRemoved] = useState(false);
  const has = share?.has_password === true;
  return (
    <div>
      {!isRemoved && (
        <PasswordField
          label={has ? "Another password" : "Password (optional)"}
          name="password"
          autoComplete="new-password"
          hint={
            has
              ? "Left empty, the password stays. With another one, everybody has to give that."
              : "8 characters or more. Tell it by another way than the link."
          }
          error={fieldError(error, "password")}
        />
      )}
      {has && <Switch label="No password" checked={isRemoved} onChange={setRemoved} />}
      {isRemoved && <input type="hidden" name="no_password" value="yes" />}
    </div>
  );
};

export const ShareFields = (props: ShareFieldsProps) => {
  const { share, title, shows, onShows, collect, onCollect, error } = props;
  const id = useId();
  const isBounded = collect !== undefined && collect !== null;
  return (
    <>
      <TextField
        label="Title (optional)"
        name="title"
        hint="Visitors read it."
        defaultValue={share?.title ?? title}
        maxLength={MAX_TITLE}
        autoComplete="off"
        error={fieldError(error, "title")}
      />
      <Password share={share} error={error} />
      <Expiry share={share} error={error} isBounded={isBounded} />
      <fieldset>
        <legend className="font-medium">Beside the pictures, visitors get</legend>
        <div className="sm:grid sm:grid-cols-2">
          {SHOWS.map(([name, label]) => (
            <Switch
              key={name}
              label={label}
              checked={shows[name]}
              onChange={(isOn) => onShows({ ...shows, [name]: isOn })}
            />
          ))}
        </div>
        {shows.allow_downloads && (
          <div className="mt-1 rounded-xl bg-accent-soft px-4 py-2">
            <Switch
              label="Without metadata"
              checked={shows.without_metadata}
              onChange={(isOn) => onShows({ ...shows, without_metadata: isOn })}
            />
            <p className="pb-1 text-sm">
              {shows.without_metadata
                ? "Removes all metadata, such as place, time and camera; no pixel changes. Files where this is not possible, such as RAW, TIFF and GIF, cannot be downloaded. Visitors save one picture at a time."
                : "Originals hold what cameras write into them: often the place, the time, and names of people and devices. Previews hold none of it."}
            </p>
          </div>
        )}
      </fieldset>
      {collect !== undefined && onCollect !== undefined && (
        <CollectFields collect={collect} onCollect={onCollect} />
      )}
      <details>
        <summary className="cursor-pointer py-1 font-medium">More</summary>
        <div className="mt-3 space-y-5">
          <TextField
            label="Name (optional)"
            name="name"
            hint="For yourself, such as “For Grandma”."
            defaultValue={share?.name}
            maxLength={MAX_NAME}
            autoComplete="off"
            error={fieldError(error, "name")}
          />
          <div>
            <label htmlFor={id} className="mb-1.5 block font-medium">
              Note to visitors (optional)
            </label>
            <textarea
              id={id}
              name="note"
              defaultValue={share?.note}
              maxLength={MAX_NOTE}
              rows={3}
              className={`py-2.5 ${field}`}
            />
          </div>
        </div>
      </details>
    </>
  );
};
