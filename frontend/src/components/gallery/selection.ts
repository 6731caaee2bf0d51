/** State of a selection, and how a click, a range or a whole day changes it. */
import type { ListedImage } from "@/api";

/** The API changes at most so many at once, and all of them or none. */
export const MAX_SELECTED = 10_000;

type Selected = ReadonlyMap<string, ListedImage>;

export type Selection = {
  /** By id. What is selected stays known here, even while the part of the list it is in is not loaded. */
  images: Selected;
  /** Where a range starts: the picture last toggled. */
  anchor: ListedImage | null;
};

export type SelectionAction =
  | { type: "toggle"; image: ListedImage }
  /** `anchor`: where a next range starts. Left out: a range starts at its own picture. */
  | { type: "add"; images: readonly ListedImage[]; anchor?: ListedImage }
  /** These and what was selected before a drag began. */
  | { type: "span"; before: Selection; images: readonly ListedImage[] }
  | { type: "toggleAll"; images: readonly ListedImage[] }
  /** Pictures that are gone cannot stay selected. */
  | { type: "retain"; isThere: (image: ListedImage) => boolean }
  | { type: "clear" };

export const nothingSelected: Selection = { images: new Map(), anchor: null };

const withAll = (before: Selected, images: readonly ListedImage[]): Selected => {
  const next = new Map(before);
  for (const image of images) {
    if (next.size >= MAX_SELECTED) break;
    next.set(image.id, image);
  }
  return next;
};

const without = (before: Selected, images: readonly ListedImage[]): Selected => {
  const next = new Map(before);
  for (const { id } of images) next.delete(id);
  return next;
};

export const changeSelection = (selection: Selection, action: SelectionAction): Selection => {
  const { images: before } = selection;
  switch (action.type) {
    case "toggle": {
      const { image } = action;
      const change = before.has(image.id) ? without : withAll;
      return { images: change(before, [image]), anchor: image };
    }
    case "add":
      return { images: withAll(before, action.images), anchor: action.anchor ?? null };
    case "span":
      return {
        images: withAll(action.before.images, action.images),
        anchor: action.images[0] ?? null,
      };
    case "toggleAll": {
      const all = action.images.every(({ id }) => before.has(id));
      const change = all ? without : withAll;
      return { images: change(before, action.images), anchor: null };
    }
    case "retain": {
      const gone = [...before.values()].filter((image) => !action.isThere(image));
      return gone.length === 0 ? selection : { images: without(before, gone), anchor: null };
    }
    case "clear":
      return nothingSelected;
  }
};
