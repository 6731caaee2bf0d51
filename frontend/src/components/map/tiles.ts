/** Pictures of parts of the map, 256 pixels wide, drawn once and kept: a window is put together from them. */
import { levelFor, sideOf, Shapes, type TileShapes } from "./shapes";

export type Colours = { sea: string; land: string; coast: string; border: string };
type Drawn = { canvas: HTMLCanvasElement; isWhole: boolean };

export const TILE = 256;
/** Two windows full of 1,920 by 1,080; at two pixels for each 1 MB a tile. */
const MAX_TILES = 96;

export class Tiles {
  private readonly drawn = new Map<string, Drawn>();
  private readonly scale: number;
  private readonly shapes: Shapes;
  private wanted: { zoom: number; x: number; y: number }[] = [];
  private shown = 0;

  constructor(scale: number, onLoaded: () => void) {
    this.scale = scale;
    this.shapes = new Shapes(() => {
      for (const [key, { isWhole }] of this.drawn) if (!isWhole) this.drawn.delete(key);
      onLoaded();
    });
  }

  clear(): void {
    this.drawn.clear();
  }

  /** Begins a window: what was wanted for the one before is not any more. */
  begin(): void {
    this.wanted = [];
    this.shown = 0;
  }

  /** Null: it is drawn by `drawSome`, some time. */
  get(zoom: number, x: number, y: number): HTMLCanvasElement | null {
    this.shown += 1;
    const key = `${zoom}/${x}/${y}`;
    const found = this.drawn.get(key);
    if (!found) {
      this.wanted.push({ zoom, x, y });
      return null;
    }
    // Used last: the ones that were used first are forgotten first.
    this.drawn.delete(key);
    this.drawn.set(key, found);
    return found.canvas;
  }

  /** What is there already of a tile, from one above it. */
  above(zoom: number, x: number, y: number): { canvas: HTMLCanvasElement; up: number } | null {
    for (let up = 1; up <= 5 && up <= zoom; up++) {
      const found = this.drawn.get(`${zoom - up}/${x >> up}/${y >> up}`);
      if (found) return { canvas: found.canvas, up };
    }
    return null;
  }

  /** Draws what is wanted, for so many milliseconds; true: there is more. */
  drawSome(colours: Colours, milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    for (let next = this.wanted.shift(); next; next = this.wanted.shift()) {
      this.drawn.set(`${next.zoom}/${next.x}/${next.y}`, this.draw(next, colours));
      if (performance.now() > end) break;
    }
    for (const key of this.drawn.keys()) {
      if (this.drawn.size <= Math.max(MAX_TILES, 2 * this.shown)) break;
      this.drawn.delete(key);
    }
    return this.wanted.length > 0;
  }

  private draw({ zoom, x, y }: { zoom: number; x: number; y: number }, colours: Colours): Drawn {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = TILE * this.scale;
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) return { canvas, isWhole: true };
    context.fillStyle = colours.sea;
    context.fillRect(0, 0, canvas.width, canvas.height);
    const level = levelFor(zoom);
    // How many tiles of shapes lie side by side in this one; less than one: this is a part of one.
    const across = 2 ** (level - zoom);
    const pixels = (TILE * this.scale) / across / sideOf(level);
    let isWhole = true;
    for (let column = Math.floor(x * across); column < (x + 1) * across; column++) {
      for (let row = Math.floor(y * across); row < (y + 1) * across; row++) {
        const shapes = this.shapes.get({ level, x: column, y: row });
        if (shapes === undefined) isWhole = false;
        if (!shapes) continue;
        const side = (TILE * this.scale) / across;
        const [left, top] = [(column - x * across) * side, (row - y * across) * side];
        context.save();
        context.beginPath();
        context.rect(left, top, side, side);
        context.clip();
        context.setTransform(pixels, 0, 0, pixels, left, top);
        this.paint(context, shapes, colours, this.scale / pixels);
        context.restore();
      }
    }
    return { canvas, isWhole };
  }

  private paint(
    context: CanvasRenderingContext2D,
    { land, borders }: TileShapes,
    colours: Colours,
    pixel: number,
  ): void {
    context.fillStyle = colours.land;
    context.fill(land, "evenodd");
    context.lineJoin = "round";
    context.lineWidth = pixel;
    context.strokeStyle = colours.coast;
    context.stroke(land);
    context.strokeStyle = colours.border;
    context.stroke(borders);
  }
}
