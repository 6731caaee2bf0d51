/** Place of a picture by name and coordinates, and a button to change it. */
import { Link } from "wouter";

import type { ImageDetail } from "@/api";
import { GeoNames } from "@/components/corrections/GeoNames";
import { placeName } from "@/components/corrections/place-name";
import { IconButton, PencilIcon } from "@/ui";

import { CopyableValue } from "./CopyableValue";
import { coordinatesToCopy, locationInWords } from "./facts";

/** A zoom of the map: a town. */
const CLOSE = "12.00";

type PlaceSectionProps = { detail: ImageDetail; onChange: () => void };

export const PlaceSection = ({ detail: { location, place }, onChange }: PlaceSectionProps) => (
  <section aria-label="Place">
    <div className="flex items-start justify-between gap-2">
      <div className="min-w-0">
        <h3 className="text-sm text-muted">Place</h3>
        {place && <p className="break-words">{placeName(place)}</p>}
        {!location && <p>Not known</p>}
      </div>
      <IconButton label="Change place" className="-mr-2" onClick={onChange}>
        <PencilIcon />
      </IconButton>
    </div>
    {location && (
      <CopyableValue label="Coordinates" value={coordinatesToCopy(location)}>
        <p>{locationInWords(location)}</p>
      </CopyableValue>
    )}
    {location && (
      <Link
        href={`/map?at=${location.latitude.toFixed(5)},${location.longitude.toFixed(5)},${CLOSE}`}
        className="inline-flex min-h-9 items-center underline underline-offset-2"
      >
        Show on the map
      </Link>
    )}
    {place && <GeoNames />}
  </section>
);
