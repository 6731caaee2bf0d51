/** Sending pictures by a share link, as a guest of its album. */
import { api, read } from "../client";
import type { GuestPicture, GuestPlace, GuestUpload } from "../types";

/** The header that a visit is known by. */
type VisitHeaders = Record<string, string>;

/** As many as the API takes at once. */
export const MAX_GUEST_PLACES = 10;
export const MAX_GUEST_STATES = 50;

/** Answers in the order asked. @throws ApiProblem */
export const requestGuestPlaces = async (
  headers: VisitHeaders,
  images: readonly GuestPicture[],
): Promise<GuestPlace[]> => {
  const body = { images: [...images] };
  return (await read(api.POST("/api/shared/uploads", { headers, body }))).places;
};

/** Leaves out what is none of this link's. @throws ApiProblem */
export const fetchGuestUploads = async (
  headers: VisitHeaders,
  ids: readonly string[],
): Promise<GuestUpload[]> => {
  const params = { query: { ids: ids.join(",") } };
  return (await read(api.GET("/api/shared/uploads", { headers, params }))).images;
};
