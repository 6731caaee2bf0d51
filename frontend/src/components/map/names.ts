/** Names of countries and towns, from files of this site: [Note: Names by tiles] in scripts/generation/map_names.py. */
import { boxSeen, type Camera, type Size } from "./camera";
import { FilesOnDemand } from "./files-on-demand";
import { mapPointOf, type MapPoint } from "./mercator";

/** `first` and `last`: the zooms between which it is shown. */
export type MapName = MapPoint & { text: string; isCountry: boolean; first: number; last: number };

type Towns = { zooms: [zoom: number, count: number][]; x: number[]; y: number[]; name: string[] };
type File = {
  towns: Towns;
  countries?: [text: string, x: number, y: number, first: number, last: number][];
};

const ADDRESSES = import.meta.glob<string>("./names/*.json", {
  query: "?url",
  import: "default",
  eager: true,
});
const STEPS = 2 ** 22;
/** Of a window's edges, in pixels: names do not come and go where they are seen. */
const MARGIN = 160;

/** The levels of tiles that have names of a zoom, beside those of the whole world. */
const levelsFor = (zoom: number): number[] => {
  if (zoom < 6) return [];
  return zoom < 9 ? [3] : [3, 4];
};

export const readNames = ({ towns, countries = [] }: File): MapName[] => {
  const zooms = towns.zooms.flatMap(([zoom, count]) => Array<number>(count).fill(zoom));
  return [
    ...countries.map(([text, x, y, first, last]) => ({
      ...{ text, x: x / STEPS, y: y / STEPS, isCountry: true, first, last },
    })),
    ...towns.name.map((text, at) => ({
      ...{ text, x: (towns.x[at] ?? 0) / STEPS, y: (towns.y[at] ?? 0) / STEPS },
      ...{ isCountry: false, first: zooms[at] ?? 0, last: Infinity },
    })),
  ];
};

export class Names {
  private readonly files: FilesOnDemand<MapName[]>;

  constructor(onLoaded: () => void) {
    const read = async (answer: Response) => readNames((await answer.json()) as File);
    this.files = new FilesOnDemand(read, onLoaded);
  }

  /** What may be written in a window, and close beside it: the most important first. */
  around(camera: Camera, { width, height }: Size): MapName[] {
    const box = boxSeen(camera, { width: width + 2 * MARGIN, height: height + 2 * MARGIN });
    const from = mapPointOf({ latitude: box.north, longitude: box.west });
    const to = mapPointOf({ latitude: box.south, longitude: box.east });
    const across = to.x > from.x ? to.x - from.x : to.x + 1 - from.x;
    const files = ["world"];
    for (const level of levelsFor(camera.zoom)) {
      const count = 2 ** level;
      const end = Math.floor((from.x + across) * count);
      for (let column = Math.floor(from.x * count); column <= end; column++) {
        for (let row = Math.floor(from.y * count); row <= Math.floor(to.y * count); row++) {
          files.push(`${level}-${column % count}-${row}`);
        }
      }
    }
    const isIn = ({ x, y }: MapPoint) => y >= from.y && y <= to.y && (x - from.x + 1) % 1 <= across;
    return files
      .flatMap((file) => this.file(file))
      .filter((name) => name.first <= camera.zoom && name.last > camera.zoom && isIn(name))
      .sort((a, b) => Number(b.isCountry) - Number(a.isCountry) || a.first - b.first);
  }

  private file(name: string): MapName[] {
    const address = ADDRESSES[`./names/${name}.json`];
    return address === undefined ? [] : (this.files.get(address) ?? []);
  }
}
