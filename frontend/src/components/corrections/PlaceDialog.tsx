/** Dialog to change the place of pictures: a town, coordinates, no place, or that of the file. */
import { lazy, Suspense, useEffect, useId, useRef, useState, type SubmitEvent } from "react";

import { toProblem, useFoundPlaces, type FoundPlace, type PlaceChange } from "@/api";
import { RadioCards } from "@/components/settings/RadioCards";
import { picturesInWords } from "@/locale";
import { Button, Combobox, Dialog, Spinner, type ComboboxOption } from "@/ui";

import { coordinatesInWords, parseCoordinates, type Coordinates } from "./coordinates";
import { GeoNames } from "./GeoNames";
import { placeName } from "./place-name";
import { PlaceIcon } from "./PlaceIcon";

const PlaceMap = lazy(async () => ({
  default: (await import("@/components/map/PlaceMap")).PlaceMap,
}));

const MODES = [
  { value: "set", label: "Set a place" },
  { value: "none", label: "No place" },
  { value: "reset", label: "Use what the file says" },
] as const;
type Mode = (typeof MODES)[number]["value"];

const MAX_TYPED = 100;

type Chosen = Coordinates & { name: string };
type Option = ComboboxOption & { chosen: Chosen };

const pointOption = (point: Coordinates): Option => {
  const name = coordinatesInWords(point);
  return {
    key: "point",
    chosen: { ...point, name },
    content: (
      <>
        <PlaceIcon className="size-5 text-muted" />
        <span>{name}</span>
      </>
    ),
  };
};

const townOption = (place: FoundPlace): Option => {
  const { latitude, longitude } = place;
  const around = placeName({ ...place, town: null });
  return {
    key: `${place.country_code} ${latitude} ${longitude} ${place.town}`,
    chosen: { latitude, longitude, name: placeName(place) },
    content: (
      <>
        <PlaceIcon className="size-5 text-muted" />
        <span className="min-w-0">
          <span className="block [overflow-wrap:anywhere]">{place.town}</span>
          <span className="block text-sm text-muted">{around}</span>
        </span>
      </>
    ),
  };
};

type PlaceFieldProps = {
  chosen: Chosen | null;
  error: string | undefined;
  onChoose: (chosen: Chosen | null) => void;
  /** Enter while there is nothing to choose. */
  onEnter: () => void;
};

const PlaceField = ({ chosen, error, onChoose, onEnter }: PlaceFieldProps) => {
  const [text, setText] = useState("");
  const [hasMap, setHasMap] = useState(false);
  const typed = text.trim();
  const point = parseCoordinates(text);
  const isLooking = chosen === null && typed !== "";
  const found = useFoundPlaces(isLooking && !point ? typed : "");
  const towns = isLooking && !point ? (found.data ?? []).map(townOption) : [];
  const options = isLooking && point ? [pointOption(point)] : towns;
  const isNothing = isLooking && !point && found.isSuccess && towns.length === 0;
  const failed = isLooking && found.error ? toProblem(found.error).detail : undefined;
  return (
    <div>
      <Combobox
        label="Town or coordinates"
        text={text}
        onText={(next) => {
          setText(next);
          onChoose(null);
        }}
        maxLength={MAX_TYPED}
        placeholder="Paris, or 48.8584, 2.2945"
        error={error ?? failed}
        options={options}
        listLabel="Places that match"
        listClassName="max-h-[min(15rem,30dvh)]"
        onChoose={(option) => {
          setText(option.chosen.name);
          onChoose(option.chosen);
        }}
        onEnter={onEnter}
      />
      <p role="status" className="mt-2 text-sm text-muted empty:hidden">
        {isNothing && "No matching town. Try another spelling, or coordinates."}
        {chosen && coordinatesInWords(chosen)}
      </p>
      {hasMap ? (
        <div className="mt-3">
          <Suspense
            fallback={
              <div className="flex h-64 items-center justify-center rounded-2xl bg-sunken">
                <Spinner />
              </div>
            }
          >
            <PlaceMap
              chosen={chosen}
              onChoose={(place) => {
                const name = coordinatesInWords(place);
                setText(name);
                onChoose({ ...place, name });
              }}
            />
          </Suspense>
        </div>
      ) : (
        <Button className="mt-3" icon={<PlaceIcon />} onClick={() => setHasMap(true)}>
          Choose on a map
        </Button>
      )}
    </div>
  );
};

type PlaceDialogProps = {
  /** Of pictures. */
  count: number;
  onChange: (change: PlaceChange) => void;
  onClose: () => void;
};

export const PlaceDialog = ({ count, onChange, onClose }: PlaceDialogProps) => {
  const form = useId();
  const root = useRef<HTMLFormElement>(null);
  const [mode, setMode] = useState<Mode>("set");
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [isMissing, setIsMissing] = useState(false);
  useEffect(() => root.current?.querySelector<HTMLElement>("[role=combobox]")?.focus(), []);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (mode === "reset") onChange({ action: "reset_location" });
    else if (mode === "none") {
      onChange({ action: "set_location", location: { latitude: null, longitude: null } });
    } else if (chosen) {
      const { latitude, longitude } = chosen;
      onChange({ action: "set_location", location: { latitude, longitude } });
    } else {
      setIsMissing(true);
      root.current?.querySelector<HTMLElement>("[role=combobox]")?.focus();
    }
  };
  return (
    <Dialog
      title={count === 1 ? "Change place" : `Change place of ${picturesInWords(count)}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form={form}>
            Change place
          </Button>
        </>
      }
    >
      <form ref={root} id={form} onSubmit={submit} className="flex flex-col gap-4">
        <RadioCards
          legend="What to change"
          isLegendHidden
          name="mode"
          choices={MODES}
          first="set"
          className="sm:grid-cols-3"
          onChoose={(value) => setMode(value as Mode)}
        />
        {mode === "set" && (
          <PlaceField
            chosen={chosen}
            error={isMissing && chosen === null ? "Choose a place of the list." : undefined}
            onChoose={(next) => {
              setChosen(next);
              setIsMissing(false);
            }}
            onEnter={() => root.current?.requestSubmit()}
          />
        )}
        <p className="text-sm text-muted">{EXPLAINED[mode](count)}</p>
        {mode === "set" && <GeoNames />}
      </form>
    </Dialog>
  );
};

const EXPLAINED: Record<Mode, (count: number) => string> = {
  set: (count) =>
    count === 1
      ? "The centre of the town is used. Place names are searched on this server."
      : "All of them get the same place. Place names are searched on this server.",
  none: (count) =>
    count === 1
      ? "The picture has no place. The original file is not changed."
      : "The pictures have no place. The original files are not changed.",
  reset: (count) =>
    count === 1
      ? "Your correction is forgotten. The original file was never changed."
      : "Your corrections are forgotten. The original files were never changed.",
};
