/**
 * Land and borders, by tiles, from files of this site. [Note: Shapes by tiles] in
 * scripts/generation/map_shapes.py says what is in a file.
 */

import { FilesOnDemand } from "./files-on-demand";

/** Of a tile: paths in steps from its corner, of which a side has `side`. */
export type TileShapes = { land: Path2D; borders: Path2D };
export type TileOfLevel = { level: number; x: number; y: number };

const ADDRESSES = import.meta.glob<string>("./shapes/*.bin", {
  query: "?url",
  import: "default",
  eager: true,
});

/** Of each level, the level whose tiles are its files. */
const FILE_LEVELS: Readonly<Record<number, number>> = { 1: 0, 3: 0, 5: 3 };
export const sideOf = (level: number): number => (level === 5 ? 4096 : 1024);

/** Which level has as much detail as a window shows at a zoom. */
export const levelFor = (zoom: number): number => {
  if (zoom <= 2) return 1;
  return zoom <= 4 ? 3 : 5;
};

class Reader {
  private at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.bytes[this.at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new Error("A file of shapes is not what it should be.");
  }

  step(): number {
    const folded = this.number();
    return folded & 1 ? ~(folded >> 1) : folded >> 1;
  }

  take(count: number): Uint8Array {
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
}

const readPaths = (reader: Reader, isClosed: boolean): Path2D => {
  const path = new Path2D();
  for (let left = reader.number(); left > 0; left--) {
    let x = 0;
    let y = 0;
    const points = reader.number();
    for (let at = 0; at < points; at++) {
      x += reader.step();
      y += reader.step();
      if (at === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
    }
    if (isClosed) path.closePath();
  }
  return path;
};

/** The bytes of each tile of a file, by its number in the level. */
export const readFile = (bytes: Uint8Array): Map<number, Uint8Array> => {
  const reader = new Reader(bytes);
  const sizes: [number, number][] = [];
  for (let left = reader.number(); left > 0; left--) sizes.push([reader.number(), reader.number()]);
  return new Map(sizes.map(([number, size]) => [number, reader.take(size)]));
};

/** Loads files as tiles of them are asked for, and keeps what was read of them. */
export class Shapes {
  private readonly files: FilesOnDemand<Map<number, Uint8Array>>;
  private readonly tiles = new Map<string, TileShapes>();

  constructor(onLoaded: () => void) {
    const read = async (answer: Response) => readFile(new Uint8Array(await answer.arrayBuffer()));
    this.files = new FilesOnDemand(read, onLoaded);
  }

  /** Null: it is all sea. Undefined: it is not here yet; `onLoaded` tells when it may be. */
  get({ level, x, y }: TileOfLevel): TileShapes | null | undefined {
    const up = level - (FILE_LEVELS[level] ?? 0);
    const address = ADDRESSES[`./shapes/${level}-${x >> up}-${y >> up}.bin`];
    if (address === undefined) return null;
    const file = this.files.get(address);
    if (file === undefined) return undefined;
    const key = `${level}/${x}/${y}`;
    const bytes = file.get(y * 2 ** level + x);
    const read = this.tiles.get(key);
    if (read || !bytes) return read ?? null;
    const reader = new Reader(bytes);
    const shapes = { land: readPaths(reader, true), borders: readPaths(reader, false) };
    this.tiles.set(key, shapes);
    return shapes;
  }
}
