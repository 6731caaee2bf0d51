/**
 * Where every tile and heading of the timeline stands, known before any picture is there.
 *
 * [Note: Short days share a band] A day that does not fill a row would leave it mostly empty, and a library
 * of single snapshots would be a column. So days that fit stand side by side, each under its own heading,
 * and their pictures are made a little larger or smaller until they reach from edge to edge.
 */
import type { ListedImage } from "@/api";

import type { Day } from "./days";
import { justify, MAX_STRETCH, rowRatio } from "./justify";

export type Tile = {
  image: ListedImage;
  /** Position among the pictures that are laid out together, newest first. */
  index: number;
  x: number;
  /** From the top of what is laid out together. */
  y: number;
  width: number;
  height: number;
};

export type DayBlock = {
  date: string;
  title: string;
  x: number;
  y: number;
  width: number;
  height: number;
  /** All pictures of the day, whichever of their tiles are at hand. */
  images: readonly ListedImage[];
  tiles: Tile[];
};

export type Layout = { blocks: DayBlock[]; tiles: Tile[]; height: number; width: number };

export const GAP = 4;
const DAY_GAP = 20;
/** The sticky heading, and room below it for the focus ring of a picture. */
export const HEADING = 44 + 4;
export const BAND_GAP = 12;
/** A heading such as "Wed, 24 Sept 2025" and the button beside it need this much. */
const NARROWEST_DAY = 172;
/** A band takes one more day if its pictures need not become smaller than this because of it. */
const MAX_SHRINK = 0.78;

/** About three to a row on a phone, six on a wide screen. */
export const rowHeightFor = (width: number): number =>
  Math.round(Math.min(232, Math.max(124, 76 + width * 0.13)));

type Shapes = { day: Day; ratios: number[]; total: number };

const shapesOf = (day: Day): Shapes => {
  const ratios = day.images.map((image) => rowRatio(image.width, image.height));
  return { day, ratios, total: ratios.reduce((sum, ratio) => sum + ratio, 0) };
};

const widthAt = ({ ratios, total }: Shapes, height: number): number =>
  total * height + GAP * (ratios.length - 1);

/** The height at which these days, side by side, fill the width. Days held open by their heading do not scale. */
const bandHeight = (days: readonly Shapes[], width: number): number => {
  let held = new Set<Shapes>();
  for (;;) {
    const scaling = days.filter((day) => !held.has(day));
    const fixed =
      DAY_GAP * (days.length - 1) +
      held.size * NARROWEST_DAY +
      scaling.reduce((sum, { ratios }) => sum + GAP * (ratios.length - 1), 0);
    const height = (width - fixed) / scaling.reduce((sum, { total }) => sum + total, 0);
    const narrow = days.filter((day) => held.has(day) || widthAt(day, height) < NARROWEST_DAY);
    if (narrow.length === held.size || narrow.length === days.length) return height;
    held = new Set(narrow);
  }
};

/** Lays rows of pictures out under a heading at x, y. */
const placeRows = (
  day: Day,
  rows: readonly { height: number; widths: readonly number[] }[],
  at: { x: number; y: number; width: number; index: number },
): DayBlock => {
  const tiles: Tile[] = [];
  let y = at.y + HEADING;
  for (const { height, widths } of rows) {
    let { x } = at;
    for (const width of widths) {
      const image = day.images[tiles.length];
      if (!image) break;
      tiles.push({ image, index: at.index + tiles.length, x, y, width, height });
      x += width + GAP;
    }
    y += height + GAP;
  }
  const height = y - GAP - at.y;
  const { date, title, images } = day;
  return { date, title, images, x: at.x, y: at.y, width: at.width, height, tiles };
};

type Place = { y: number; index: number };

const placeLongDay = ({ day, ratios }: Shapes, width: number, place: Place): DayBlock => {
  const { rows } = justify(ratios, { width, targetHeight: rowHeightFor(width), gap: GAP });
  return placeRows(day, rows, { ...place, x: 0, width });
};

const placeBand = (days: readonly Shapes[], width: number, place: Place): DayBlock[] => {
  const target = rowHeightFor(width);
  const filling = bandHeight(days, width);
  const fills = filling <= target * MAX_STRETCH;
  const height = Math.round(fills ? filling : target);
  let [x, index] = [0, place.index];
  return days.map((shapes, at) => {
    const widths = shapes.ratios.map((ratio) => Math.round(ratio * height));
    const natural = widths.reduce((sum, width_) => sum + width_, GAP * (widths.length - 1));
    // Rounding leaves a few pixels; the last picture takes them, so that full bands end at one edge.
    const spare = fills && at === days.length - 1 ? width - x - natural : 0;
    const last = widths.length - 1;
    if (Math.abs(spare) < 8 && natural >= NARROWEST_DAY) widths[last] = (widths[last] ?? 0) + spare;
    const own = Math.min(width, Math.max(NARROWEST_DAY, natural + spare));
    const block = placeRows(shapes.day, [{ height, widths }], { x, y: place.y, width: own, index });
    x += own + DAY_GAP;
    index += shapes.ratios.length;
    return block;
  });
};

/** Whether so many headings stand side by side, however small their pictures are. */
const fitsHeadings = (days: number, width: number): boolean =>
  days * NARROWEST_DAY + (days - 1) * DAY_GAP <= width;

/** Which days stand together: those that fill a row alone stay alone. */
const gatherBands = (days: readonly Day[], width: number): Shapes[][] => {
  const target = rowHeightFor(width);
  const bands: Shapes[][] = [];
  let open: Shapes[] | null = null;
  for (const day of days) {
    const shapes = shapesOf(day);
    if (widthAt(shapes, target * MAX_SHRINK) > width) {
      bands.push([shapes]);
      open = null;
    } else if (
      open &&
      fitsHeadings(open.length + 1, width) &&
      bandHeight([...open, shapes], width) >= target * MAX_SHRINK
    ) {
      open.push(shapes);
    } else {
      open = [shapes];
      bands.push(open);
    }
  }
  return bands;
};

/** Lays days out in bands of the given width; coordinates are whole pixels from the timeline's corner. */
export const layoutDays = (days: readonly Day[], width: number): Layout => {
  const shrunk = rowHeightFor(width) * MAX_SHRINK;
  const blocks: DayBlock[] = [];
  let [y, index] = [0, 0];
  for (const band of gatherBands(days, width)) {
    const first = band[0];
    if (!first) continue;
    const isLong = band.length === 1 && widthAt(first, shrunk) > width;
    const placed = isLong
      ? [placeLongDay(first, width, { y, index })]
      : placeBand(band, width, { y, index });
    blocks.push(...placed);
    y += Math.max(...placed.map((block) => block.height)) + BAND_GAP;
    index += placed.reduce((sum, block) => sum + block.images.length, 0);
  }
  const height = blocks.length > 0 ? y - BAND_GAP : 0;
  return { blocks, tiles: blocks.flatMap((block) => block.tiles), height, width };
};

/** The blocks and tiles that touch a stretch of the page, and nothing else. */
export const visibleBlocks = (layout: Layout, top: number, bottom: number): DayBlock[] =>
  layout.blocks
    .filter((block) => block.y < bottom && block.y + block.height > top)
    .map((block) => ({
      ...block,
      tiles: block.tiles.filter((tile) => tile.y < bottom && tile.y + tile.height > top),
    }));

const centre = (tile: Tile): number => tile.x + tile.width / 2;

const nearestOnLine = (tiles: readonly Tile[], y: number, from: Tile): number | null => {
  let best: Tile | null = null;
  for (const tile of tiles) {
    if (tile.y !== y) continue;
    if (!best || Math.abs(centre(tile) - centre(from)) < Math.abs(centre(best) - centre(from))) {
      best = tile;
    }
  }
  return best?.index ?? null;
};

/** The tile above or below, by where its middle is; null at the edge. */
export const verticalNeighbour = (layout: Layout, index: number, step: -1 | 1): number | null => {
  const from = layout.tiles[index];
  if (!from) return null;
  let line: number | null = null;
  for (const { y } of layout.tiles) {
    const isBeyond = step === 1 ? y > from.y : y < from.y;
    if (isBeyond && (line === null || (step === 1 ? y < line : y > line))) line = y;
  }
  return line === null ? null : nearestOnLine(layout.tiles, line, from);
};
