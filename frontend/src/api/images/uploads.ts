/** Asking for places to put pictures; the bytes then go straight to storage. */
import { api, done, read } from "../client";
import type { NewImage, Place } from "../types";

/** One place for each picture, in the same order. 1 to 100 at once. @throws ApiProblem */
export const requestPlaces = async (
  images: readonly NewImage[],
  signal?: AbortSignal,
): Promise<Place[]> => {
  const { places } = await read(
    api.POST("/api/images", { body: { images: [...images] }, ...(signal ? { signal } : {}) }),
  );
  return places;
};

/** Makes one of the parts that were sent; safe to repeat. @throws ApiProblem 409 when some are not there. */
export const completeUpload = (id: string): Promise<void> =>
  done(api.POST("/api/images/{image_id}/complete", { params: { path: { image_id: id } } }));

/** Gives back a place that will not be used: the unfinished upload is forgotten at once. @throws ApiProblem */
export const cancelUpload = (id: string): Promise<void> =>
  done(api.DELETE("/api/images/{image_id}", { params: { path: { image_id: id } } }));
