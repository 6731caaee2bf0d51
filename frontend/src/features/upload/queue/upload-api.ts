/** The API methods of the queue, as an interface that tests can replace. Every method throws an error of errors.ts. */
import type { Image, NewImage, Place } from "@/api";

export type Picture = NewImage;

/** What the server answers for one picture; that it is refused may also come from the check of its fields. */
export type PlaceAnswer =
  Exclude<Place, { status: "refused" }> | { status: "refused"; detail: string };

export type Promised = Extract<PlaceAnswer, { status: "upload" }>;
export type PartPlace = Extract<Promised["upload"], { parts: unknown }>["parts"][number];

/** What whoever asks is told; "wait" is passing trouble. */
export type SettledPlace = Exclude<PlaceAnswer, { status: "wait" }>;

export type UploadApi = {
  /** Answers in the order asked; at most 100 at a time. */
  askForPlaces(pictures: readonly Picture[]): Promise<PlaceAnswer[]>;
  /** All parts of a big file are stored, as far as this page knows: makes one of them. */
  complete(imageId: string): Promise<"complete" | "missing" | "gone">;
  /** Leaves out the ids that are gone; at most 100 at a time. */
  imagesById(ids: readonly string[]): Promise<Image[]>;
  /** Gives a promised place back. */
  forget(imageId: string): Promise<void>;
};
