/** Facts of pictures that look alike, and the differences between them. */
import type { Lookalike, LookalikeGroup } from "@/api";
import { counted, dateFormat, formatNumber } from "@/locale";
import { formatBytes } from "@/ui";

type Differs = LookalikeGroup["differs"][number];
/** A fact; `of` names what it says in the API's words, where they may differ in that. */
export type Fact = { label: string; value: string; of: Differs | null };

const taken = dateFormat({ dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

const dimensions = ({ width, height }: Lookalike): string =>
  width === null || height === null
    ? "Not known"
    : `${formatNumber(width)} × ${formatNumber(height)}`;

/** "JPEG", "WEBP" */
const format = ({ content_type: type }: Lookalike): string =>
  type.replace(/^image\/(x-)?/, "").toUpperCase();

const place = ({ location }: Lookalike): string =>
  location === null
    ? "None"
    : `${formatNumber(location.latitude, 4)}°, ${formatNumber(location.longitude, 4)}°`;

/** What its person gave it, in a few words; empty: nothing. */
const given = (image: Lookalike): string =>
  [
    image.favourite && "Favourite",
    image.archived_at !== null && "Archived",
    image.albums > 0 && counted(image.albums, "album"),
    image.tags > 0 && counted(image.tags, "tag"),
    image.has_description && "Described",
  ]
    .filter((word) => word !== false)
    .join(", ");

export const factsOf = (image: Lookalike): Fact[] => {
  const { taken_at: at } = image;
  const more = given(image);
  return [
    { label: "Dimensions", value: dimensions(image), of: "pixels" },
    { label: "Size", value: formatBytes(image.size), of: "size" },
    { label: "Format", value: format(image), of: "content_type" },
    {
      label: "Taken",
      value: at === null ? "Not recorded" : taken.format(new Date(`${at.slice(0, 19)}Z`)),
      of: "taken_at",
    },
    { label: "Place", value: place(image), of: "location" },
    ...(more === "" ? [] : [{ label: "Yours", value: more, of: null }]),
  ];
};
