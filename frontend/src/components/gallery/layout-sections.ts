/**
 * Where everything of a grid stands, loaded or not.
 *
 * [Note: Sections] A section is what is loaded and laid out together: a bucket of the timeline, or a few
 * small ones, so that a month with one picture does not take a row of its own. Until its pictures are
 * known its height is estimated from their number. The heights of all sections together are the grid's.
 */
import type { Bucket, ListedImage } from "@/api";

import { dayTitle, groupByDay, localDate, monthTitle } from "./days";
import {
  BAND_GAP,
  GAP,
  HEADING,
  layoutDays,
  rowHeightFor,
  verticalNeighbour,
  type Layout,
  type Tile,
} from "./layout-days";

export type Section = {
  key: string;
  /** Newest first, keys such as "2024-07" or "2024-07-31". None: it is all there is, of any date. */
  buckets: readonly Bucket[];
  count: number;
  /** Null: not loaded. */
  images: readonly ListedImage[] | null;
  /** By which date its images stand; absent: by the one they were taken on. */
  dayOf?: (image: ListedImage) => string;
  /** Its images stand below this heading, in the order that they come in, and not by days. */
  title?: string;
};

export type PlacedSection = Section & {
  y: number;
  height: number;
  /** From the section's own top. Null: not loaded, and the height is an estimate. */
  layout: Layout | null;
};

export type GridLayout = { sections: readonly PlacedSection[]; height: number; width: number };

/** The usual shape of a photo, 4:3 and some upright ones. */
const USUAL_RATIO = 1.25;
const DAYS_WITH_PICTURES = 22;

/** How high so many pictures of a month or a day are likely to be. */
export const estimateHeight = (count: number, width: number, isDay: boolean): number => {
  const rowHeight = rowHeightFor(width);
  const perRow = Math.max(1, width / (rowHeight * USUAL_RATIO + GAP));
  const days = isDay ? 1 : Math.min(count, DAYS_WITH_PICTURES);
  const rowsOfDay = count / days / perRow;
  // Days that do not fill a row share one; a little more than a row is made to fit into one.
  const bands = rowsOfDay < 1 ? Math.ceil(days * rowsOfDay) : days;
  const rowsOfBand = rowsOfDay < 2 ? Math.max(1, rowsOfDay * 0.78 + 0.3) : rowsOfDay + 0.4;
  const rows = Math.round(bands * rowsOfBand);
  return bands * (HEADING + BAND_GAP) - BAND_GAP + rows * (rowHeight + GAP);
};

const isDayKey = (bucket: Bucket | undefined): boolean => (bucket?.key.length ?? 0) > 7;

type LaidOut = { width: number; today: string; layout: Layout };
/** Laid out once for as long as the pictures and the width are the same. */
const laidOut = new WeakMap<readonly ListedImage[], LaidOut>();

const layoutOf = (
  images: readonly ListedImage[],
  width: number,
  now: Date,
  { dayOf, title }: Pick<Section, "dayOf" | "title">,
): Layout => {
  const today = localDate(now);
  const before = laidOut.get(images);
  if (before?.width === width && before.today === today) return before.layout;
  const days =
    title === undefined ? groupByDay(images, now, dayOf) : [{ date: title, title, images }];
  const layout = layoutDays(days, width);
  laidOut.set(images, { width, today, layout });
  return layout;
};

/** Places sections below each other; coordinates are whole pixels from the grid's corner. */
export const placeSections = (
  sections: readonly Section[],
  width: number,
  now = new Date(),
): GridLayout => {
  if (width <= 0) return { sections: [], height: 0, width };
  let y = 0;
  const placed = sections.map((section) => {
    const layout = section.images && layoutOf(section.images, width, now, section);
    const isDay = section.buckets.length === 1 && isDayKey(section.buckets[0]);
    const height = layout ? layout.height : Math.round(estimateHeight(section.count, width, isDay));
    const placedSection = { ...section, y, height, layout };
    y += height + BAND_GAP;
    return placedSection;
  });
  return { sections: placed, height: Math.max(0, y - BAND_GAP), width };
};

/** What a section is called while its days are not known. */
export const sectionTitle = ({ buckets: [newest] }: Section, now = new Date()): string => {
  if (!newest) return "";
  return isDayKey(newest) ? dayTitle(newest.key, now) : monthTitle(newest.key);
};

/** The index of the section at a height of the grid; the nearest one beyond its ends. -1: there is none. */
export const sectionAt = ({ sections }: GridLayout, y: number): number => {
  let [low, high] = [0, sections.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((sections[middle]?.y ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return high;
};

/** The index of the section that has a date, or else the next older pictures; the oldest one after all. */
export const sectionOfDate = ({ sections }: GridLayout, at: string): number => {
  const found = sections.findIndex(({ buckets }) => {
    const oldest = buckets.at(-1)?.key;
    return oldest === undefined || at.slice(0, oldest.length) >= oldest;
  });
  return found === -1 ? sections.length - 1 : found;
};

/** The sections that touch a stretch of the grid. */
export const visibleSections = (
  layout: GridLayout,
  top: number,
  bottom: number,
): readonly PlacedSection[] => {
  const first = sectionAt(layout, top);
  if (first === -1) return [];
  let end = first;
  while ((layout.sections[end]?.y ?? Infinity) < bottom) end += 1;
  return layout.sections.slice(first, end);
};

/** How far down in a section a date begins, by the numbers of its buckets. */
const estimateWithin = ({ buckets, count, height }: PlacedSection, date: string): number => {
  let newer = 0;
  for (const bucket of buckets) {
    if (bucket.key <= date) break;
    newer += bucket.count;
  }
  return Math.round((newer / Math.max(1, count)) * height);
};

/** Where the pictures of a month ("2024-07") or day begin; an estimate while they are not loaded. */
export const yOfDate = (section: PlacedSection, date: string): number => {
  if (!section.layout) return section.y + estimateWithin(section, date);
  // A month begins with its last day.
  const day = date.length > 7 ? date : `${date}-31`;
  const { blocks } = section.layout;
  const block = blocks.find((one) => one.date <= day) ?? blocks.at(-1);
  return section.y + (block?.y ?? 0);
};

/** The month, or the day where it is known, of what is at a height of the grid; null: nothing is. */
export const dateAt = (layout: GridLayout, y: number): string | null => {
  const section = layout.sections[sectionAt(layout, y)];
  if (!section) return null;
  const inside = y - section.y;
  if (section.layout) {
    const { blocks } = section.layout;
    const block = blocks.find((one) => one.y + one.height > inside) ?? blocks.at(-1);
    return block?.date ?? null;
  }
  return bucketAt(section, inside)?.bucket.key ?? null;
};

/** Which bucket of a section that is not loaded is so far below its top, by their numbers, and how far into it: 0 to 1. */
const bucketAt = (
  { buckets, count, height }: PlacedSection,
  inside: number,
): { bucket: Bucket; share: number } | null => {
  let left = (inside / Math.max(1, height)) * count;
  for (const bucket of buckets) {
    if (left < bucket.count) return { bucket, share: Math.max(0, left) / bucket.count };
    left -= bucket.count;
  }
  const last = buckets.at(-1);
  return last ? { bucket: last, share: 1 } : null;
};

/** Where in a section what was at `inside` of it is now; `before` was not loaded. It stays in its month or day. */
export const placeInSection = (
  before: PlacedSection,
  inside: number,
  now: PlacedSection,
): number => {
  const found = bucketAt(before, inside);
  const at = found ? now.buckets.findIndex(({ key }) => key === found.bucket.key) : -1;
  if (!found || at === -1) {
    return Math.min(1, inside / Math.max(1, before.height)) * now.height;
  }
  const next = now.buckets[at + 1];
  const top = yOfDate(now, found.bucket.key) - now.y;
  // Not in the gap between two.
  const bottom = (next ? yOfDate(now, next.key) - now.y - BAND_GAP : now.height) - 1;
  return top + found.share * Math.max(0, bottom - top);
};

export type Spot = { section: PlacedSection; tile: Tile };

/** Where a picture is, among what is loaded. */
export const findSpot = (layout: GridLayout, id: string | null): Spot | null => {
  if (id === null) return null;
  for (const section of layout.sections) {
    const tile = section.layout?.tiles.find(({ image }) => image.id === id);
    if (tile) return { section, tile };
  }
  return null;
};

/** Where a step of the focus leads: to a picture, or to the edge of a section that is to be loaded first. */
export type Step = { tile: Tile; section: PlacedSection } | { section: PlacedSection; edge: Edge };
export type Edge = "first" | "last";

/** The first or last picture of a section. */
export const edgeOf = (section: PlacedSection, edge: Edge): Step => {
  const tile = section.layout?.tiles.at(edge === "first" ? 0 : -1);
  return tile ? { section, tile } : { section, edge };
};

const nextSection = (layout: GridLayout, from: PlacedSection, by: 1 | -1) =>
  layout.sections[layout.sections.findIndex(({ key }) => key === from.key) + by];

/** The picture before or after. */
export const stepAside = (layout: GridLayout, { section, tile }: Spot, by: 1 | -1): Step | null => {
  const next = section.layout?.tiles[tile.index + by];
  if (next) return { section, tile: next };
  const other = nextSection(layout, section, by);
  return other ? edgeOf(other, by === 1 ? "first" : "last") : null;
};

/** The picture above or below, by where its middle is. */
export const stepOver = (layout: GridLayout, { section, tile }: Spot, by: 1 | -1): Step | null => {
  const index = section.layout && verticalNeighbour(section.layout, tile.index, by);
  const inside = index === null ? undefined : section.layout?.tiles[index];
  if (inside) return { section, tile: inside };
  const other = nextSection(layout, section, by);
  if (!other?.layout) return other ? edgeOf(other, by === 1 ? "first" : "last") : null;
  // As if it stood just outside of the other section.
  const lines = other.layout.tiles.map(({ y }) => y);
  const line = by === 1 ? Math.min(...lines) : Math.max(...lines);
  const middle = tile.x + tile.width / 2;
  const away = (one: Tile) => Math.abs(one.x + one.width / 2 - middle);
  const nearest = other.layout.tiles
    .filter(({ y }) => y === line)
    .reduce<Tile | null>((best, one) => (best && away(best) <= away(one) ? best : one), null);
  return nearest && { section: other, tile: nearest };
};

/** The oldest or newest picture of all. */
export const stepToEnd = (layout: GridLayout, edge: Edge): Step | null => {
  const section = layout.sections.at(edge === "first" ? 0 : -1);
  return section ? edgeOf(section, edge) : null;
};
