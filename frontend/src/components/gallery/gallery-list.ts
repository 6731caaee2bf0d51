/** The list of images that a gallery shows, from any source. */
import type { ComponentType } from "react";

import type { KnownImages, ListedImage } from "@/api";

import type { Section } from "./layout-sections";

/** What is near the view: the buckets to load, and the images to be known whole. */
export type Near = { buckets: readonly string[]; ids: readonly string[] };

/** The page that follows what is loaded of a list. */
export type More = {
  isLoading: boolean;
  error: Error | null;
  onRetry: () => void;
  onNearEnd: () => void;
};

export type GalleryList = {
  query: {
    isPending: boolean;
    isError: boolean;
    isFetching: boolean;
    error: Error | null;
    refetch: () => unknown;
  };
  isEmpty: boolean;
  sections: readonly Section[];
  /** All images that are loaded, newest first. Another function when they are others. */
  all: () => readonly ListedImage[];
  /** Whether the part of the list is loaded in which an image is, or was. */
  covers: (image: ListedImage) => boolean;
  /**
   * All images from one to another, both included, in either direction; loads what is missing between them.
   * At most `limit`, those nearest to the first. @throws ApiProblem
   */
  loadBetween: (from: ListedImage, to: ListedImage, limit: number) => Promise<ListedImage[]>;
  /** The first `limit` images; loads what is missing of them. @throws ApiProblem */
  loadFirst: (limit: number) => Promise<ListedImage[]>;
  /** Images of which more is known than the sections have; null: those have all. */
  known: KnownImages | null;
  /** Null: there is none. */
  more: More | null;
  /** Loads what is near the view, while it is rendered. */
  loader: ComponentType<Near> | null;
};
