/** Writes names onto the map, so that none covers another. */
import { pixelOf, type Camera, type Size } from "./camera";
import { Names, type MapName } from "./names";

export type LabelLook = { family: string; ink: string; halo: string };
/** Where a name is written, in pixels: its middle, and how much room it takes. */
export type Label = { name: MapName; x: number; y: number; width: number; height: number };

const MAX_LABELS = 80;
const GAP = 8;
const DOT_RADIUS = 2;

/** What fits, of names that come with the most important first. */
export const placed = (
  names: readonly MapName[],
  camera: Camera,
  size: Size,
  widthOf: (name: MapName) => number,
): Label[] => {
  const labels: Label[] = [];
  for (const name of names) {
    if (labels.length >= MAX_LABELS) break;
    const at = pixelOf(camera, size, name);
    const label = { name, ...at, width: widthOf(name) + GAP, height: name.isCountry ? 22 : 30 };
    const isFree = labels.every(
      ({ x, y, width, height }) =>
        Math.abs(x - label.x) * 2 >= width + label.width ||
        Math.abs(y - label.y) * 2 >= height + label.height,
    );
    if (isFree) labels.push(label);
  }
  return labels;
};

/** Countries stand apart from towns by wide capitals, as on a printed map. */
const textOf = ({ text, isCountry }: MapName): string => (isCountry ? text.toUpperCase() : text);

export class Labels {
  private readonly names: Names;
  private readonly widths = new Map<MapName, number>();
  private kept: { names: MapName[]; camera: Camera; size: Size } | null = null;

  constructor(onLoaded: () => void) {
    this.names = new Names(() => {
      this.kept = null;
      onLoaded();
    });
  }

  draw(context: CanvasRenderingContext2D, camera: Camera, size: Size, look: LabelLook): void {
    context.save();
    context.textAlign = "center";
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = look.halo;
    context.fillStyle = look.ink;
    const write = (name: MapName) => {
      context.font = name.isCountry ? `600 11px ${look.family}` : `500 12px ${look.family}`;
      context.letterSpacing = name.isCountry ? "1.5px" : "0px";
    };
    const widthOf = (name: MapName) => {
      const known = this.widths.get(name);
      if (known !== undefined) return known;
      write(name);
      const { width } = context.measureText(textOf(name));
      this.widths.set(name, width);
      return width;
    };
    for (const { name, x, y } of placed(this.around(camera, size), camera, size, widthOf)) {
      write(name);
      context.globalAlpha = name.isCountry ? 0.75 : 1;
      context.textBaseline = name.isCountry ? "middle" : "top";
      if (!name.isCountry) {
        context.beginPath();
        context.arc(x, y, DOT_RADIUS, 0, 2 * Math.PI);
        context.fill();
      }
      const down = name.isCountry ? y : y + DOT_RADIUS + 3;
      context.strokeText(textOf(name), x, down);
      context.fillText(textOf(name), x, down);
    }
    context.restore();
  }

  /** The names of where it was a moment ago do for small moves: reading all files of each frame would not. */
  private around(camera: Camera, size: Size): MapName[] {
    const { kept } = this;
    if (kept) {
      const moved = pixelOf(kept.camera, kept.size, camera);
      const isNear =
        Math.abs(moved.x - kept.size.width / 2) < 80 &&
        Math.abs(moved.y - kept.size.height / 2) < 80 &&
        Math.abs(kept.camera.zoom - camera.zoom) < 0.2 &&
        kept.size.width === size.width &&
        kept.size.height === size.height;
      if (isNear) return kept.names;
    }
    const names = this.names.around(camera, size);
    this.kept = { names, camera, size };
    return names;
  }
}
