/** Where the picture was taken: by name where it has one, and by coordinates. */
import type { ImageDetail } from "@/api";

import { CopyableValue } from "./CopyableValue";
import { coordinatesInWords, coordinatesToCopy, placeName } from "./facts";

export const PlaceSection = ({ detail: { location, place } }: { detail: ImageDetail }) =>
  location && (
    <section aria-label="Place">
      <CopyableValue label="Place" value={coordinatesToCopy(location)}>
        <div>
          {place && <p className="break-words">{placeName(place)}</p>}
          <p className={place ? "text-sm text-muted" : ""}>{coordinatesInWords(location)}</p>
        </div>
      </CopyableValue>
      {place && <GeoNames />}
    </section>
  );

/** Their licence asks for it. */
const GeoNames = () => (
  <p className="text-sm text-muted">
    Name from{" "}
    <a
      href="https://www.geonames.org/"
      target="_blank"
      rel="noreferrer"
      className="underline underline-offset-2"
    >
      GeoNames
    </a>
    ,{" "}
    <a
      href="https://creativecommons.org/licenses/by/4.0/"
      target="_blank"
      rel="noreferrer"
      className="underline underline-offset-2"
    >
      CC BY 4.0
    </a>
  </p>
);
