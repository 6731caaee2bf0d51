/** Coordinates as people copy them from maps, and as they are shown. */

export type Coordinates = { latitude: number; longitude: number };

const NUMBER = String.raw`[-+]?\d{1,3}(?:\.\d+)?`;
/** "48.8584, 2.2945", "48.8584 N 2.2945 E", "geo:48.8584,2.2945". */
const DECIMAL = new RegExp(
  String.raw`^(?:geo:)?(${NUMBER})\s*°?\s*([NS])?\s*[,;\s]\s*(${NUMBER})\s*°?\s*([EW])?$`,
  "i",
);
const ANGLE = String.raw`(\d{1,3})\s*°\s*(\d{1,2}(?:\.\d+)?)\s*['′’]\s*(?:(\d{1,2}(?:\.\d+)?)\s*["″”]\s*)?`;
/** "48°51'30.2\"N 2°17'40.2\"E". */
const SEXAGESIMAL = new RegExp(String.raw`^${ANGLE}([NS])\s*[,;]?\s*${ANGLE}([EW])$`, "i");

const signed = (degrees: number, letter: string | undefined): number =>
  /[SW]/i.test(letter ?? "") ? -degrees : degrees;

const degreesOf = (degrees = "", minutes = "", seconds = ""): number =>
  Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3600;

/** Null: these are none. */
export const parseCoordinates = (text: string): Coordinates | null => {
  const plain = text.trim();
  let found: Coordinates | null = null;
  const decimal = DECIMAL.exec(plain);
  const angles = SEXAGESIMAL.exec(plain);
  if (decimal) {
    found = {
      latitude: signed(Number(decimal[1]), decimal[2]),
      longitude: signed(Number(decimal[3]), decimal[4]),
    };
  } else if (angles) {
    found = {
      latitude: signed(degreesOf(angles[1], angles[2], angles[3]), angles[4]),
      longitude: signed(degreesOf(angles[5], angles[6], angles[7]), angles[8]),
    };
  }
  if (!found || Math.abs(found.latitude) > 90 || Math.abs(found.longitude) > 180) return null;
  return found;
};

const direction = (degrees: number, [positive, negative]: [string, string]): string =>
  `${Math.abs(degrees).toFixed(5)}° ${degrees < 0 ? negative : positive}`;

/** "45.42150° N, 75.69720° W". */
export const coordinatesInWords = ({ latitude, longitude }: Coordinates): string =>
  `${direction(latitude, ["N", "S"])}, ${direction(longitude, ["E", "W"])}`;
