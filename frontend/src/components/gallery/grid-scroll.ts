/** Tracks the visible part of a grid by the window's scroll position, and scrolls it. Independent of React. */
import {
  sectionAt,
  dateAt,
  placeInSection,
  sectionOfDate,
  yOfDate,
  type Edge,
  type GridLayout,
  type PlacedSection,
} from "./layout-sections";
import { fromElement, isOutOfStep, MAX_ELEMENT, toElement } from "./scroll-scale";

/**
 * What is rendered, in the grid's own pixels; `base` is how much higher it is drawn, see [Note: Tall grids].
 * What reaches below `free` can be seen: the header does not cover it.
 */
export type GridView = { top: number; bottom: number; free: number; base: number };

/** Where to go, even if it is not loaded yet. */
export type Target =
  /** `offset`: so far below the window's upper edge; null: into view, by as little as that takes. */
  | { kind: "image"; id: string; at: string; offset: number | null }
  | { kind: "date"; date: string }
  | { kind: "edge"; key: string; edge: Edge };

/** What covers the page's edges: header and sticky heading above, the bar of a phone below. */
const HEADER = 68;
export const COVERED_ABOVE = 116;
const COVERED_BELOW = 88;
/** Nearer to the top than this, new pictures may push the others down: that is how they are seen to arrive. */
const TOP_ZONE = 80;
/** Rendered anew only after so many px. */
const STEP = 200;
/** How much is rendered beyond the screen, in screens. */
const AHEAD = 1;
/** In px per ms. Of what passes by faster nothing is loaded. */
const FAST = 12;
const SETTLED_MS = 100;
/** A scroll by more screens at once is a jump: Home, End, or the browser's own scroll bar. */
const JUMP = 5;

const EMPTY: GridLayout = { sections: [], height: 0, width: 0 };

const tileAt = (section: PlacedSection | undefined, y: number) =>
  section?.layout?.tiles.find((tile) => section.y + tile.y + tile.height > y);

/** By how much what is looked at has moved from one layout to the next. */
export const shiftOf = (before: GridLayout, after: GridLayout, y: number): number => {
  const index = sectionAt(before, y);
  const old = before.sections[index];
  if (!old) return 0;
  const next = after.sections.find(({ key }) => key === old.key);
  if (old.layout) {
    const places = new Map<string, number>();
    for (const section of after.sections) {
      if (section.key !== old.key && next) continue;
      section.layout?.tiles.forEach((tile) => places.set(tile.image.id, section.y + tile.y));
    }
    for (const tile of old.layout.tiles) {
      if (old.y + tile.y + tile.height <= y) continue;
      const place = places.get(tile.image.id);
      if (place !== undefined) return place - old.y - tile.y;
    }
  }
  const date = old.buckets[0]?.key;
  const heir =
    next ?? (date === undefined ? undefined : after.sections[sectionOfDate(after, date)]);
  if (!heir) return 0;
  return Math.round(heir.y + placeInSection(old, y - old.y, heir) - y);
};

export class GridScroll {
  #grid: HTMLElement | null = null;
  #layout = EMPTY;
  #base = 0;
  /** In the grid's pixels, what is at the window's upper edge. */
  #top = 0;
  #when = 0;
  #target: Target | null = null;
  #settle: ReturnType<typeof setTimeout> | undefined;
  #view: GridView = { top: 0, bottom: window.innerHeight * (1 + AHEAD), free: 0, base: 0 };
  #near: GridView = this.#view;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (onChange: () => void): (() => void) => {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  };
  /** What to render. */
  readonly getView = (): GridView => this.#view;
  /** What to load: the same, once it does not rush by. */
  readonly getNear = (): GridView => this.#near;
  readonly getTop = (): number => this.#top;

  get layout(): GridLayout {
    return this.#layout;
  }

  /** In the grid's pixels, how far down one can scroll. */
  get end(): number {
    return Math.max(1, this.#layout.height - window.innerHeight);
  }

  /** The month or day of what is looked at, or of where it goes; null: there is nothing. */
  get date(): string | null {
    if (this.#target?.kind === "date") return this.#target.date;
    return dateAt(this.#layout, this.#top + COVERED_ABOVE);
  }

  /** Starts to follow the window. Returns what ends that. */
  attach(grid: HTMLElement): () => void {
    this.#grid = grid;
    const giveUpTarget = () => {
      this.#target = null;
    };
    window.addEventListener("scroll", this.#onScroll, { passive: true });
    window.addEventListener("resize", this.#onScroll);
    window.addEventListener("wheel", giveUpTarget, { passive: true });
    window.addEventListener("touchmove", giveUpTarget, { passive: true });
    this.#onScroll();
    return () => {
      window.removeEventListener("scroll", this.#onScroll);
      window.removeEventListener("resize", this.#onScroll);
      window.removeEventListener("wheel", giveUpTarget);
      window.removeEventListener("touchmove", giveUpTarget);
      clearTimeout(this.#settle);
      this.#grid = null;
    };
  }

  /** The layout is another one: what is looked at stays where it is. Before the browser paints it. */
  follow(layout: GridLayout): void {
    const before = this.#layout;
    if (before === layout) return;
    this.#layout = layout;
    if (!this.#grid) return;
    if (this.#target) {
      this.#aim();
    } else if (this.#top >= TOP_ZONE && before.height > 0) {
      const shift = shiftOf(before, layout, this.#top + COVERED_ABOVE);
      if (shift !== 0 || this.#elementTop() + this.#base !== this.#top)
        this.#move(this.#top + shift);
    }
    this.#update();
  }

  /** Goes there, at once by estimate and exactly as soon as it is loaded. */
  goTo(target: Target): void {
    this.#target = target;
    this.#aim();
  }

  /** Puts that height of the grid at the window's upper edge. `isPassing`: others follow, so nothing is loaded. */
  scrollTo(y: number, { isPassing = false } = {}): void {
    this.#target = null;
    this.#move(y);
    this.#update({ isPassing });
  }

  /** Where one is, to come back to it; null at the top. */
  place(): Target | null {
    if (this.#top < TOP_ZONE) return null;
    if (this.#target) return this.#target;
    const y = this.#top + COVERED_ABOVE;
    const section = this.#layout.sections[sectionAt(this.#layout, y)];
    const tile = tileAt(section, y);
    if (section && tile) {
      const offset = section.y + tile.y - this.#top;
      return { kind: "image", id: tile.image.id, at: tile.image.timeline_at, offset };
    }
    const date = section?.buckets[0]?.key;
    return date === undefined ? null : { kind: "date", date };
  }

  #elementTop(): number {
    return this.#grid ? -this.#grid.getBoundingClientRect().top : 0;
  }

  readonly #onScroll = (): void => {
    const inElement = this.#elementTop();
    const { height } = this.#layout;
    const moved = inElement + this.#base - this.#top;
    if (height > MAX_ELEMENT && Math.abs(moved) > JUMP * window.innerHeight) {
      const y = fromElement(inElement, height);
      this.#base = y - inElement;
      this.#top = y;
    } else {
      const y = inElement + this.#base;
      if (isOutOfStep(y, this.#base, height)) this.#move(y, { isAligned: true });
      else this.#top = y;
    }
    this.#update({ moved });
  };

  /** Scrolls the window so that this height is at its upper edge. */
  #move(y: number, { isAligned = false } = {}): void {
    const { height } = this.#layout;
    const isFar = Math.abs(y - this.#top) > JUMP * window.innerHeight;
    if (isAligned || isFar || isOutOfStep(y, this.#base, height)) {
      this.#base = y - toElement(y, height);
    }
    const by = y - this.#base - this.#elementTop();
    if (by !== 0) window.scrollBy({ top: by, behavior: "instant" });
    this.#top = this.#elementTop() + this.#base;
  }

  #update({ moved = 0, isPassing = false } = {}): void {
    const screen = window.innerHeight;
    const step = Math.floor(this.#top / STEP) * STEP;
    const top = step - screen * AHEAD;
    const bottom = step + STEP + screen * (1 + AHEAD);
    const old = this.#view;
    if (old.top !== top || old.bottom !== bottom || old.base !== this.#base) {
      this.#view = { top, bottom, free: step + STEP + COVERED_ABOVE, base: this.#base };
    }
    const now = performance.now();
    const isFast = Math.abs(moved) / Math.max(1, now - this.#when) > FAST;
    this.#when = now;
    clearTimeout(this.#settle);
    if (isPassing || isFast) {
      this.#settle = setTimeout(() => {
        this.#near = this.#view;
        this.#tell();
      }, SETTLED_MS);
    } else {
      this.#near = this.#view;
    }
    this.#tell();
  }

  #tell(): void {
    this.#listeners.forEach((listener) => listener());
  }

  #aim(): void {
    const target = this.#target;
    if (!target) return;
    const { sections } = this.#layout;
    const section =
      target.kind === "edge"
        ? sections.find(({ key }) => key === target.key)
        : sections[sectionOfDate(this.#layout, target.kind === "date" ? target.date : target.at)];
    if (!section) return;
    if (section.layout) {
      this.#target = null;
      this.#reach(section, target);
    } else if (target.kind === "date" || !this.#isInView(section)) {
      this.#move(this.#estimate(section, target) - HEADER);
    }
    this.#update();
  }

  #estimate(section: PlacedSection, target: Target): number {
    if (target.kind === "date") return yOfDate(section, target.date);
    const isEnd = target.kind === "edge" && target.edge === "last";
    return isEnd ? section.y + section.height - window.innerHeight / 2 : section.y;
  }

  #isInView({ y, height }: PlacedSection): boolean {
    return y < this.#top + window.innerHeight / 2 && y + height > this.#top + COVERED_ABOVE;
  }

  /** The section is loaded. */
  #reach(section: PlacedSection, target: Target): void {
    if (!section.layout) return;
    if (target.kind === "date") {
      this.#move(yOfDate(section, target.date) - HEADER);
      return;
    }
    const tile =
      target.kind === "edge"
        ? section.layout.tiles.at(target.edge === "first" ? 0 : -1)
        : section.layout.tiles.find(({ image }) => image.id === target.id);
    if (!tile) {
      if (!this.#isInView(section)) this.#move(section.y - HEADER);
    } else if (target.kind === "image" && target.offset !== null) {
      this.#move(section.y + tile.y - target.offset);
    } else {
      this.#show(section.y + tile.y, tile.height);
    }
  }

  /** By as little as it takes. */
  #show(y: number, height: number): void {
    const above = this.#top + COVERED_ABOVE;
    const below = this.#top + window.innerHeight - COVERED_BELOW;
    if (y < above) this.#move(y - COVERED_ABOVE);
    else if (y + height > below) this.#move(y + height + COVERED_BELOW - window.innerHeight);
  }
}
