/** Dialog to share one's library with somebody, or to change what they get of it. */
import { useState } from "react";

import { useChangeLibraryShare, useShareLibrary, type LibraryShare } from "@/api";
import { fieldError, FormDialog } from "@/components/settings/FormDialog";
import { RadioCards } from "@/components/settings/RadioCards";
import {
  LIBRARY_SHOWS,
  libraryShowsInWords,
  sinceInWords,
  type LibraryShows,
} from "@/components/sharing/library-in-words";
import { Switch, TextField, useToast } from "@/ui";

const NOTHING: LibraryShows = {
  show_descriptions: false,
  show_names: false,
  show_places: false,
  allow_originals: false,
};

const WHICH = [
  { value: "all", label: "All pictures" },
  { value: "since", label: "Pictures from a date on" },
];

type WhichProps = { since: string | null; error: string | undefined };

const Which = ({ since, error }: WhichProps) => {
  const [isBounded, setBounded] = useState(since !== null);
  return (
    <>
      <RadioCards
        legend="Which pictures"
        name="which"
        choices={WHICH}
        first={since === null ? "all" : "since"}
        className="sm:grid-cols-2"
        onChoose={(value) => setBounded(value === "since")}
      />
      {isBounded && (
        <TextField
          label="Taken on or after"
          type="date"
          name="since"
          defaultValue={since ?? ""}
          error={error}
        />
      )}
    </>
  );
};

type SeesProps = { shows: LibraryShows; onShows: (shows: LibraryShows) => void };

const Sees = ({ shows, onShows }: SeesProps) => (
  <>
    <fieldset>
      <legend className="font-medium">Beside the pictures and their dates, they get</legend>
      <div className="sm:grid sm:grid-cols-2">
        {LIBRARY_SHOWS.map(([name, label]) => (
          <Switch
            key={name}
            label={label}
            checked={shows[name]}
            onChange={(isOn) => onShows({ ...shows, [name]: isOn })}
          />
        ))}
      </div>
    </fieldset>
    {shows.allow_originals && (
      <p className="rounded-xl bg-accent-soft px-4 py-3 text-sm">
        Originals hold what cameras write into them: often the place, the time, and names of people
        and devices.
      </p>
    )}
  </>
);

type Asked = LibraryShows & { since: string | null };

/** Whoever was invited before gets what they got: other than what was asked. */
const invitedInWords = (answer: LibraryShare, asked: Asked): string => {
  const { email, since } = answer;
  const isAsAsked =
    since === asked.since && LIBRARY_SHOWS.every(([name]) => answer[name] === asked[name]);
  return isAsAsked
    ? `${email} is invited, if there is such an account`
    : `${email} was invited before: ${sinceInWords(since)}, with ${libraryShowsInWords(answer)}. Press “Edit” beside them to change that.`;
};

/** `share`: what is said already; null: somebody is invited. */
type ShareLibraryDialogProps = { share: LibraryShare | null; onClose: () => void };

export const ShareLibraryDialog = ({ share, onClose }: ShareLibraryDialogProps) => {
  const invite = useShareLibrary();
  const change = useChangeLibraryShare();
  const toast = useToast();
  const [shows, setShows] = useState<LibraryShows>(() => {
    const { show_descriptions, show_names, show_places, allow_originals } = share ?? NOTHING;
    return { show_descriptions, show_names, show_places, allow_originals };
  });
  const [isDayMissing, setDayMissing] = useState(false);
  const doing = share ? change : invite;
  const emailError = fieldError(invite.error, "email");
  const dayError = isDayMissing ? "Enter a date." : fieldError(doing.error, "since");
  const end = (message: string) => {
    toast.show({ message });
    onClose();
  };
  const submit = (text: (field: string) => string) => {
    const since = text("which") === "since" ? text("since") : null;
    setDayMissing(since === "");
    if (since === "") return;
    if (share) {
      const onSuccess = () => end("Changes saved");
      change.mutate({ id: share.id, since, ...shows }, { onSuccess });
    } else {
      const asked = { since, ...shows };
      const onSuccess = (answer: LibraryShare) => end(invitedInWords(answer, asked));
      invite.mutate({ email: text("email"), ...asked }, { onSuccess });
    }
  };
  return (
    <FormDialog
      title={share ? `What ${share.email} gets` : "Share your library"}
      action={share ? "Save" : "Invite"}
      doing={doing}
      isSaidBelow={emailError !== undefined || dayError !== undefined}
      onSubmit={submit}
      onClose={onClose}
    >
      {share === null && (
        <TextField
          label="E-mail address"
          type="email"
          name="email"
          inputMode="email"
          autoComplete="off"
          maxLength={254}
          hint="Of somebody who has an account here. Nobody is told whether there is one."
          error={emailError}
        />
      )}
      <Which since={share?.since ?? null} error={dayError} />
      <Sees shows={shows} onShows={setShows} />
      <p className="text-sm text-muted">
        They see what your timeline shows, also pictures that you add later. Archived and deleted
        pictures are not shared.
      </p>
    </FormDialog>
  );
};
