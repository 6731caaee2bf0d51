/** A map to choose a place on: by a press, or, without a pointer, its middle. */
import { useRef, useState } from "react";

import { PlaceIcon } from "@/components/corrections/PlaceIcon";
import { Button } from "@/ui";

import type { Camera } from "./camera";
import { latLonOf, mapPointOf, type LatLon } from "./mercator";
import { WorldMap, type MapHandle } from "./WorldMap";

/** Around a place that was chosen by its name; and nothing chosen: the world. */
const CLOSE = 11;
const WORLD: Camera = { x: 0.5, y: 0.4, zoom: 1 };

/** About a metre: more says nothing. */
const rounded = ({ latitude, longitude }: LatLon): LatLon => ({
  latitude: Number(latitude.toFixed(5)),
  longitude: Number(longitude.toFixed(5)),
});

type PlaceMapProps = { chosen: LatLon | null; onChoose: (place: LatLon) => void };

export const PlaceMap = ({ chosen, onChoose }: PlaceMapProps) => {
  const map = useRef<MapHandle>(null);
  const [seen, setSeen] = useState<Camera | null>(null);
  const choose = (place: LatLon) => onChoose(rounded(place));
  const pin = chosen && mapPointOf(chosen);
  return (
    <div className="flex flex-col gap-2">
      <WorldMap
        ref={map}
        start={pin ? { ...pin, zoom: CLOSE } : WORLD}
        label="Map to choose a place on"
        onSettle={setSeen}
        onClick={choose}
        className="h-64 rounded-2xl border border-line"
      >
        {pin && (
          <span
            key="pin"
            data-x={pin.x}
            data-y={pin.y}
            className="pointer-events-none! text-accent"
          >
            <PlaceIcon className="-mt-7 size-8 fill-accent-soft" />
          </span>
        )}
      </WorldMap>
      <div className="flex flex-wrap items-center justify-between gap-2 text-sm text-muted">
        <span>Zoom in and press where it was.</span>
        <Button look="quiet" disabled={!seen} onClick={() => seen && choose(latLonOf(seen))}>
          Choose the middle
        </Button>
      </div>
    </div>
  );
};
