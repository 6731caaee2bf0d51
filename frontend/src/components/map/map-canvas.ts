/** Draws the map into a canvas, a frame when something changed, and moves it. Knows nothing of React. */
import { between, clampCamera, worldSize, type Camera, type Size } from "./camera";
import { Labels, type LabelLook } from "./labels";
import { TILE, Tiles, type Colours } from "./tiles";

/** A frame of a display is 16 ms, and there is more to do in it. */
const DRAW_MS = 4;
const SETTLED_MS = 150;
const ANIMATION_MS = 320;

type Callbacks = {
  /** Before each frame. */
  onFrame: (camera: Camera, size: Size) => void;
  /** It stands still. */
  onSettle: (camera: Camera, size: Size) => void;
};

const isStill = (): boolean => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const eased = (part: number): number => 1 - (1 - part) ** 3;

export class MapCanvas {
  camera: Camera;
  size: Size = { width: 0, height: 0 };
  private readonly canvas: HTMLCanvasElement;
  private readonly callbacks: Callbacks;
  private readonly scale = Math.min(window.devicePixelRatio || 1, 2);
  private readonly tiles = new Tiles(this.scale, () => this.redraw());
  private readonly labels = new Labels(() => this.redraw());
  private readonly context: CanvasRenderingContext2D | null;
  private colours: (Colours & LabelLook) | null = null;
  private frame = 0;
  /** Tiles of this frame were not there. */
  private isIncomplete = false;
  private settling: ReturnType<typeof setTimeout> | undefined;
  private animation: { from: Camera; to: Camera; start: number } | null = null;

  constructor(canvas: HTMLCanvasElement, camera: Camera, callbacks: Callbacks) {
    this.canvas = canvas;
    this.camera = camera;
    this.callbacks = callbacks;
    this.context = canvas.getContext("2d", { alpha: false });
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.settling);
  }

  resize(size: Size): void {
    if (size.width === this.size.width && size.height === this.size.height) return;
    this.size = size;
    this.canvas.width = Math.round(size.width * this.scale);
    this.canvas.height = Math.round(size.height * this.scale);
    this.moveTo(this.camera);
    // At once: a canvas that is resized is empty.
    this.draw();
  }

  /** The theme is another one. */
  recolour(): void {
    this.colours = null;
    this.tiles.clear();
    this.redraw();
  }

  moveTo(camera: Camera): void {
    this.animation = null;
    this.show(camera);
  }

  flyTo(camera: Camera): void {
    const to = clampCamera(camera, this.size);
    if (isStill()) this.moveTo(to);
    else {
      this.animation = { from: this.camera, to, start: performance.now() };
      this.redraw();
    }
  }

  /** Where it will be once it stands still. */
  get target(): Camera {
    return this.animation?.to ?? this.camera;
  }

  redraw(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame((now) => this.onFrame(now));
  }

  private show(camera: Camera): void {
    if (this.size.width === 0) this.camera = camera;
    else this.camera = clampCamera(camera, this.size);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLED_MS);
    this.redraw();
  }

  private settle(): void {
    if (this.size.width > 0) this.callbacks.onSettle(this.camera, this.size);
  }

  private onFrame(now: number): void {
    this.frame = 0;
    if (this.animation) {
      const { from, to, start } = this.animation;
      const part = Math.min(1, Math.max(0, (now - start) / ANIMATION_MS));
      const { animation } = this;
      this.show(between(from, to, eased(part)));
      this.animation = part < 1 ? animation : null;
      if (this.animation) this.redraw();
    }
    this.draw();
  }

  private draw(): void {
    const { context, size, camera } = this;
    if (!context || size.width === 0) return;
    this.callbacks.onFrame(camera, size);
    this.colours ??= this.coloursOfTheme();
    this.tiles.begin();
    context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    context.fillStyle = this.colours.sea;
    context.fillRect(0, 0, size.width, size.height);
    const zoom = Math.max(0, Math.round(camera.zoom));
    const count = 2 ** zoom;
    const side = worldSize(camera.zoom) / count;
    const left = camera.x * count - size.width / 2 / side;
    const top = camera.y * count - size.height / 2 / side;
    for (
      let row = Math.max(0, Math.floor(top));
      row < Math.min(count, top + size.height / side);
      row++
    ) {
      for (let column = Math.floor(left); column < left + size.width / side; column++) {
        this.put(zoom, ((column % count) + count) % count, row, {
          x: (column - left) * side,
          y: (row - top) * side,
          side,
        });
      }
    }
    context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    this.labels.draw(context, camera, size, this.colours);
    if (this.tiles.drawSome(this.colours, DRAW_MS)) this.redraw();
    else if (this.isIncomplete) this.redraw();
    this.isIncomplete = false;
  }

  private put(
    zoom: number,
    column: number,
    row: number,
    at: { x: number; y: number; side: number },
  ): void {
    const tile = this.tiles.get(zoom, column, row);
    // Whole pixels: between tiles that end on a part of one, the ground shines through.
    const pixel = (value: number) => Math.round(value * this.scale) / this.scale;
    const [x, y] = [pixel(at.x), pixel(at.y)];
    const [width, height] = [pixel(at.x + at.side) - x, pixel(at.y + at.side) - y];
    if (tile) {
      this.context?.drawImage(tile, x, y, width, height);
      return;
    }
    this.isIncomplete = true;
    const above = this.tiles.above(zoom, column, row);
    if (!above) return;
    const part = (TILE * this.scale) / 2 ** above.up;
    const mask = 2 ** above.up - 1;
    const [from, down] = [(column & mask) * part, (row & mask) * part];
    this.context?.drawImage(above.canvas, from, down, part, part, x, y, width, height);
  }

  /** The canvas has the colours of the theme, and its font, as its own, which a style sheet gives it. */
  private coloursOfTheme(): Colours & LabelLook {
    const style = getComputedStyle(this.canvas);
    return {
      sea: style.backgroundColor,
      land: style.color,
      coast: style.borderTopColor,
      border: style.borderBottomColor,
      ink: style.borderLeftColor,
      halo: style.color,
      family: style.fontFamily,
    };
  }
}
