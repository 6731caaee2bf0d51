/**
 * Where every tile and heading of the timeline stands, known before any picture is there.
 *
 * [Note: Short days share a band] A day that does not fill a row would leave it mostly empty, and a library
 * of single snapshots would be a column. So days that fit stand side by side, each under its own heading.
 */
import type { Image } from "@/api";

import type { Day } from "./days";
import { justify, rowRatio } from "./justify";

export type Tile = {
  image: Image;
  /** Position among all pictures, newest first. */
  index: number;
  x: number;
  /** From the top of the whole timeline. */
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
  images: readonly Image[];
  tiles: Tile[];
};

export type Layout = { blocks: DayBlock[]; tiles: Tile[]; height: number; width: number };

const GAP = 4;
const DAY_GAP = 20;
const HEADING = 44;
const BAND_GAP = 12;
/** A heading such as "Wed, 24 Sept 2025" and the button beside it need this much. */
const NARROWEST_DAY = 172;

/** About three to a row on a phone, six on a wide screen. */
export const rowHeightFor = (width: number): number =>
  Math.round(Math.min(236, Math.max(124, 76 + width * 0.13)));

type Pending = { day: Day; tiles: Tile[]; width: number; height: number };

const placeDay = (day: Day, width: number, firstIndex: number): Pending => {
  const ratios = day.images.map((image) => rowRatio(image.width, image.height));
  const { rows } = justify(ratios, { width, targetHeight: rowHeightFor(width), gap: GAP });
  const tiles: Tile[] = [];
  let [y, widest] = [HEADING, 0];
  for (const row of rows) {
    let x = 0;
    for (const tileWidth of row.widths) {
      const index = tiles.length;
      const image = day.images[index];
      if (!image) break;
      tiles.push({ image, index: firstIndex + index, x, y, width: tileWidth, height: row.height });
      x += tileWidth + GAP;
    }
    widest = Math.max(widest, x - GAP);
    y += row.height + GAP;
  }
  return { day, tiles, width: Math.max(widest, Math.min(NARROWEST_DAY, width)), height: y - GAP };
};

const settle = ({ day, tiles, width, height }: Pending, x: number, y: number): DayBlock => ({
  date: day.date,
  title: day.title,
  x,
  y,
  width,
  height,
  images: day.images,
  tiles: tiles.map((tile) => ({ ...tile, x: tile.x + x, y: tile.y + y })),
});

/** Lays days out in bands of the given width; coordinates are whole pixels from the timeline's corner. */
export const layOut = (days: readonly Day[], width: number): Layout => {
  const blocks: DayBlock[] = [];
  let [x, y, bandHeight, index] = [0, 0, 0, 0];
  for (const day of days) {
    const pending = placeDay(day, width, index);
    index += day.images.length;
    if (x > 0 && x + pending.width > width) {
      y += bandHeight + BAND_GAP;
      [x, bandHeight] = [0, 0];
    }
    blocks.push(settle(pending, x, y));
    x += pending.width + DAY_GAP;
    bandHeight = Math.max(bandHeight, pending.height);
  }
  const height = blocks.length > 0 ? y + bandHeight : 0;
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
