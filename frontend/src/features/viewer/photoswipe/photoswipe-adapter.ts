/**
 * The stage: one picture large, its neighbours ready on both sides, zoom, pan and swipe.
 * Nothing outside of this folder knows PhotoSwipe.
 */
import PhotoSwipe from "photoswipe";
import "photoswipe/style.css";

import type { Image } from "@/api";

import { OPTIONS } from "./options";
import { dataOf, draw, isSame, refreshAlt, type Content, type Slide } from "./slide-content";

import "./photoswipe.css";

export type PhotoSwipeEvents = {
  /** Another picture is in the middle now, by a swipe. */
  onShow: (id: string) => void;
  /** It is being pulled down, or let go of again. */
  onPulled: (isPulled: boolean) => void;
  /** It is being closed, and may still be seen for a moment. */
  onLeaving: () => void;
  onClosed: () => void;
  /** One finger touched the picture and let go. */
  onTap: () => void;
  /** The preview did not load. */
  onBroken: (image: Image) => void;
  /** More of it is asked for than a preview shows. */
  onMagnified: (image: Image) => void;
};

type StageParts = {
  parent: HTMLElement;
  images: readonly Image[];
  id: string;
  events: PhotoSwipeEvents;
};

type Better = { id: string; url: string };

const STEP = 1.6;

export class PhotoSwipeAdapter {
  readonly #pswp: PhotoSwipe;
  readonly #events: PhotoSwipeEvents;
  readonly #idOfSlide = new WeakMap<Slide, string>();
  readonly #magnified = new WeakSet<Content>();
  #wanted: Better | null = null;
  #better: Better | null = null;
  #images: readonly Image[];
  #shownId: string;
  #later: number | null = null;
  #isOver = false;

  constructor({ parent, images, id, events }: StageParts) {
    this.#events = events;
    this.#images = images;
    this.#shownId = id;
    this.#pswp = new PhotoSwipe({
      ...OPTIONS,
      index: this.#indexOf(id),
      appendToEl: parent,
      getViewportSizeFn: () => ({ x: parent.clientWidth, y: parent.clientHeight }),
      tapAction: () => events.onTap(),
    });
    this.#addFilters();
    this.#listen();
    this.#takeOver();
    this.#pswp.init();
    this.#leaveDialogToOurs();
  }

  /** Shows that picture of these. What is on the screen already is not drawn again. */
  show(images: readonly Image[], id: string): void {
    if (this.#isOver) return;
    if (this.#later !== null) cancelAnimationFrame(this.#later);
    this.#later = null;
    if (this.#isMoving()) {
      this.#later = requestAnimationFrame(() => this.show(images, id));
      return;
    }
    const before = new Map(this.#images.map((image) => [image.id, image]));
    const length = this.#images.length;
    const wasShown = this.#shownId;
    this.#images = images;
    const index = this.#indexOf(id);
    this.#shownId = id;
    if (before.size === images.length && id !== wasShown && this.#isInPlace(wasShown)) {
      this.#pswp.goTo(index);
      return;
    }
    this.#align(index, { before, length });
  }

  zoomIn(): void {
    this.#zoomTo((slide) => slide.currZoomLevel * STEP);
  }

  zoomOut(): void {
    this.#zoomTo((slide) => slide.currZoomLevel / STEP);
  }

  /** To the whole picture, or as near as a double click goes. */
  toggleZoom(): void {
    this.#pswp.currSlide?.toggleZoom();
  }

  resetZoom(): void {
    this.#zoomTo((slide) => slide.zoomLevels.initial);
  }

  /**
   * Puts another file of it in place of the preview, once it can be drawn without a gap.
   * The file asked for last counts, whichever comes first.
   */
  async sharpen(id: string, url: string): Promise<void> {
    const wanted = { id, url };
    this.#wanted = wanted;
    const full = new Image();
    full.src = url;
    await full.decode();
    if (this.#isOver || this.#wanted !== wanted) return;
    this.#better = wanted;
    this.#drawBetter();
  }

  /** The room has another size now. */
  resize(): void {
    if (!this.#isOver) this.#pswp.updateSize();
  }

  /** Closes with an animation; onClosed follows. */
  close(): void {
    if (this.#pswp.opener.isOpen) this.#pswp.close();
    else this.#events.onClosed();
  }

  /** Ends at once; no event follows. */
  destroy(): void {
    this.#isOver = true;
    if (this.#later !== null) cancelAnimationFrame(this.#later);
    const pswp = this.#pswp;
    pswp.element?.remove();
    if (pswp.opener.isOpen) pswp.destroy();
    // PhotoSwipe cannot be closed while it opens.
    else if (pswp.opener.isOpening) pswp.on("openingAnimationEnd", () => pswp.destroy());
  }

  #addFilters(): void {
    const pswp = this.#pswp;
    pswp.addFilter("numItems", () => this.#images.length);
    pswp.addFilter("itemData", (data, index) => {
      const image = this.#images[index];
      return image ? dataOf(image) : data;
    });
    pswp.addFilter(
      "placeholderSrc",
      (_, content) => this.#images[content.index]?.thumbnail_url ?? false,
    );
  }

  #listen(): void {
    const pswp = this.#pswp;
    const tell = (event: () => void) => {
      if (!this.#isOver) event();
    };
    pswp.on("slideInit", ({ slide }) => {
      const id = this.#images[slide.index]?.id;
      if (id !== undefined) this.#idOfSlide.set(slide, id);
    });
    pswp.on("contentLoad", (event) => {
      const image = this.#images[event.content.index];
      if (image && draw(event.content, image)) event.preventDefault();
    });
    pswp.on("loadError", ({ content }) => {
      const image = this.#images[content.index];
      if (image) tell(() => this.#events.onBroken(image));
    });
    pswp.on("change", () => {
      this.#drawBetter();
      const id = this.#images[pswp.currIndex]?.id;
      if (id === undefined || id === this.#shownId) return;
      this.#shownId = id;
      tell(() => this.#events.onShow(id));
    });
    pswp.on("zoomPanUpdate", ({ slide }) => this.#noticeMagnified(slide));
    pswp.on("verticalDrag", () => tell(() => this.#events.onPulled(true)));
    pswp.on("pointerUp", () => tell(() => this.#events.onPulled(false)));
    pswp.on("close", () => tell(() => this.#events.onLeaving()));
    pswp.on("destroy", () => {
      tell(() => this.#events.onClosed());
      this.#isOver = true;
    });
  }

  /** Keys, double clicks and the room: what PhotoSwipe would do by itself, and we do otherwise. */
  #takeOver(): void {
    const pswp = this.#pswp;
    let isMouse = false;
    pswp.on("pointerDown", ({ originalEvent }) => {
      isMouse = originalEvent.pointerType === "mouse";
    });
    // The keys are the viewer's: it knows of text fields and dialogs.
    pswp.on("keydown", (event) => event.preventDefault());
    pswp.on("bindEvents", () => {
      // While it opened it took no notice of the room.
      pswp.updateSize(true);
      // PhotoSwipe counts the taps of fingers itself; browsers report those as double clicks as well.
      pswp.events.add(pswp.scrollWrap, "dblclick", (event) => {
        if (!isMouse) return;
        const { clientX: x, clientY: y } = event as MouseEvent;
        pswp.currSlide?.toggleZoom({ x, y });
      });
    });
  }

  /** PhotoSwipe would be a dialog of its own; it is a part of ours. */
  #leaveDialogToOurs(): void {
    const { element, scrollWrap } = this.#pswp;
    element?.removeAttribute("role");
    element?.removeAttribute("tabindex");
    scrollWrap?.setAttribute("aria-label", "Pictures");
  }

  /** Now, or when its slide has come to the middle. */
  #drawBetter(): void {
    const slide = this.#pswp.currSlide;
    const element = slide?.content.element;
    if (!slide || !this.#better || !(element instanceof HTMLImageElement)) return;
    if (this.#idOfSlide.get(slide) !== this.#better.id) return;
    if (element.src !== this.#better.url) element.src = this.#better.url;
  }

  #noticeMagnified(slide: Slide): void {
    if (slide.currZoomLevel < slide.zoomLevels.initial * 1.25) return;
    const image = this.#images[slide.index];
    if (!image || this.#isOver || this.#magnified.has(slide.content)) return;
    this.#magnified.add(slide.content);
    this.#events.onMagnified(image);
  }

  #zoomTo(level: (slide: Slide) => number): void {
    const slide = this.#pswp.currSlide;
    slide?.zoomTo(level(slide), undefined, this.#pswp.options.zoomAnimationDuration);
  }

  #indexOf(id: string): number {
    return Math.max(
      0,
      this.#images.findIndex((image) => image.id === id),
    );
  }

  #isMoving(): boolean {
    return !this.#pswp.opener.isOpen || this.#pswp.mainScroll.isShifted();
  }

  /** Whether the slide in the middle still stands where the list has its picture. */
  #isInPlace(id: string): boolean {
    return this.#images[this.#pswp.currIndex]?.id === id;
  }

  /** Puts slides in step with a list that changed: what stayed is kept, what is new is laid. */
  #align(index: number, { before, length }: { before: Map<string, Image>; length: number }): void {
    const pswp = this.#pswp;
    for (let at = 0; at < length; at += 1) pswp.contentLoader.removeByIndex(at);
    pswp.currIndex = index;
    pswp.potentialIndex = index;
    pswp.mainScroll.itemHolders.forEach((holder, at) => {
      const wanted = index - 1 + at;
      const image = this.#images[wanted];
      const { slide } = holder;
      if (
        slide &&
        image &&
        this.#idOfSlide.get(slide) === image.id &&
        isSame(slide, before, image)
      ) {
        slide.index = wanted;
        slide.content.index = wanted;
        pswp.contentLoader.addToCache(slide.content);
        refreshAlt(slide, image);
      } else {
        pswp.setContent(holder, wanted, true);
      }
    });
    pswp.currSlide = pswp.mainScroll.itemHolders[1]?.slide;
    pswp.currSlide?.setIsActive(true);
    pswp.contentLoader.updateLazy();
    pswp.dispatch("change");
  }
}
