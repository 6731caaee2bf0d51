/** What the queue asks of the API, so that it can be driven by a stand-in as well. Every method throws a Trouble. */
import type { Image, NewImage, Place } from "@/api";

export type Picture = NewImage;

export interface UploadServer {
  /** Answers in the order asked; at most 100 at a time. */
  askForPlaces(pictures: readonly Picture[]): Promise<Place[]>;
  /** Leaves out the ids that are gone; at most 100 at a time. */
  imagesById(ids: readonly string[]): Promise<Image[]>;
  /** Gives a promised place back. */
  forget(imageId: string): Promise<void>;
}
