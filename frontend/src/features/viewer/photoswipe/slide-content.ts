/** Content of a PhotoSwipe slide, and whether it must be drawn again. */
import type PhotoSwipe from "photoswipe";
import type { SlideData } from "photoswipe";

import type { Image } from "@/api";

import { blurOf, noticeElement, slideOf } from "./slide-state";

export type Slide = NonNullable<PhotoSwipe["currSlide"]>;
export type Content = Slide["content"];

export const dataOf = (image: Image): SlideData => {
  const slide = slideOf(image);
  if (slide.kind === "notice") return { type: "notice" };
  const { url: src, width, height, alt } = slide;
  const msrc = image.thumbnail_url ?? "";
  return {
    ...{ src, width, height, alt, msrc, thumbCropped: true },
    // It grows out of the tile that was pressed and shrinks back into it, wherever that is then.
    get element() {
      const tile = `[data-image="${CSS.escape(image.id)}"]`;
      return document.querySelector<HTMLElement>(tile) ?? undefined;
    },
  };
};

/** Draws what PhotoSwipe does not. True: there is no picture to load after that. */
export const draw = (content: Content, image: Image): boolean => {
  const slide = slideOf(image);
  if (slide.kind === "notice") {
    content.element = noticeElement(slide);
    return true;
  }
  const placeholder = content.placeholder?.element;
  if (placeholder) {
    // It has its shape before the thumbnail arrives, and keeps it when that differs by a pixel.
    placeholder.style.aspectRatio = `${slide.width} / ${slide.height}`;
    placeholder.style.backgroundImage = blurOf(image);
  }
  return false;
};

/** Whether a slide still shows what it should: a new signature alone is no reason to load it again. */
export const isSame = (slide: Slide, before: Map<string, Image>, image: Image): boolean => {
  const old = before.get(image.id);
  if (!old || slide.content.isError()) return false;
  const [was, is] = [slideOf(old), slideOf(image)];
  if (was.kind === "notice") return is.kind === "notice" && was.title === is.title;
  return is.kind === "picture";
};

export const refreshAlt = (slide: Slide, image: Image): void => {
  const { element } = slide.content;
  const shown = slideOf(image);
  if (element instanceof HTMLImageElement && shown.kind === "picture") element.alt = shown.alt;
};
