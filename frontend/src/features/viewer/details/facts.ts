/** Texts for the metadata of a picture. */
import { isVideo, type Camera, type Image, type ImageDetail } from "@/api";
import { coordinatesInWords } from "@/components/corrections/coordinates";
import { offsetIn, offsetInWords, offsetOf } from "@/components/corrections/wall-clock";
import { lengthInWords } from "@/components/motion/video-length";
import { dateFormat, formatNumber } from "@/locale";

export type Fact = { label: string; value: string; more?: string };

const number = (value: number, digits = 0): string => formatNumber(value, digits);

const dimensions = ({ width, height }: Image): Fact | null => {
  if (width === null || height === null) return null;
  const megapixels = (width * height) / 1_000_000;
  const rounded = number(megapixels, megapixels < 10 ? 1 : 0);
  return {
    label: "Dimensions",
    value: `${number(width)} × ${number(height)}`,
    ...(megapixels >= 0.1 && {
      more: `${rounded} ${rounded === "1" ? "megapixel" : "megapixels"}`,
    }),
  };
};

const wallClock = dateFormat({
  dateStyle: "full",
  timeStyle: "short",
  timeZone: "UTC",
});
const wallCalendar = dateFormat({ dateStyle: "full", timeZone: "UTC" });
const here = dateFormat({ dateStyle: "full", timeStyle: "short" });

/** The clock on the wall where it was taken, whatever the time is here. */
const taken = ({ taken_at: at, dated_by, timeline_at }: Image, zoneGuess: string | null): Fact => {
  if (at === null && dated_by === "file")
    return {
      label: "Dated by the file",
      value: wallClock.format(new Date(`${timeline_at.slice(0, 19)}Z`)),
    };
  if (at === null) return { label: "Taken", value: "Not recorded in the file" };
  const offset = offsetOf(at);
  // Midnight without a zone is how files write a day whose time nobody knows.
  const isDay = offset === null && at.slice(10) === "T00:00:00";
  const value = (isDay ? wallCalendar : wallClock).format(new Date(`${at.slice(0, 19)}Z`));
  if (offset !== null) return { label: "Taken", value, more: offsetInWords(offset) };
  const guess = isDay || zoneGuess === null ? null : offsetIn(zoneGuess, at);
  if (guess === null) return { label: "Taken", value };
  return { label: "Taken", value, more: `probably ${offsetInWords(guess)}, by its place` };
};

type Location = NonNullable<ImageDetail["location"]>;

/** "45.42150° N, 75.69720° W · 71 m". */
export const locationInWords = (location: Location): string => {
  const place = coordinatesInWords(location);
  return location.altitude === null ? place : `${place} · ${number(location.altitude)} m`;
};

/** As every map takes it. */
export const coordinatesToCopy = ({ latitude, longitude }: Location): string =>
  `${latitude}, ${longitude}`;

/** "JPEG" for image/jpeg, "NEF" for image/x-nikon-nef, "RAW" for image/x-raw. */
const typeName = (contentType: string): string =>
  contentType === "image/webp"
    ? "WebP"
    : contentType === "video/quicktime"
      ? "MOV"
      : contentType.replace(/^(image|video)\/(x-([a-z]+-)?)?/, "").toUpperCase();

/** The guess: an IANA time zone, for a date whose offset nobody told. */
export const factsOf = (
  image: Image,
  sizeInWords: string,
  zoneGuess: string | null = null,
): Fact[] => {
  const facts: (Fact | null)[] = [
    taken(image, zoneGuess),
    { label: "Uploaded", value: here.format(new Date(image.created_at)) },
    dimensions(image),
    { label: "File", value: sizeInWords, more: typeName(image.content_type) },
  ];
  return facts.filter((fact) => fact !== null);
};

/** Of a motion photo, and of a video. */
export const motionFacts = (image: ImageDetail): Fact[] => {
  const { motion_milliseconds: plays } = image;
  if (plays === null) return [];
  if (isVideo(image)) return [{ label: "Length", value: lengthInWords(plays) }];
  return [{ label: "Moving part", value: `${number(plays / 1000, 1)} s` }];
};

const exposure = ({ exposure_time, f_number, iso, focal_length }: Camera): string =>
  [
    exposure_time !== null && `${exposure_time} s`,
    f_number !== null && `ƒ/${number(f_number, 1)}`,
    iso !== null && `ISO ${iso}`,
    focal_length !== null && `${number(focal_length, 1)} mm`,
  ]
    .filter((part) => part !== false)
    .join(" · ");

/** Makers like to put their name into the model's as well: it is said once. */
const body = ({ make, model }: Camera): string => {
  if (make === null || model === null) return model ?? make ?? "";
  const brand = make.split(" ", 1)[0]?.toLowerCase() ?? "";
  return model.toLowerCase().startsWith(brand) ? model : `${make} ${model}`;
};

/** Empty when the file says nothing of a camera. */
export const cameraLines = ({ camera }: ImageDetail): string[] =>
  camera ? [body(camera), camera.lens ?? "", exposure(camera)].filter((line) => line !== "") : [];
