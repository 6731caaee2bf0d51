/** The API as the queue sees it: its refusals sorted into those that pass and those that last. */
import type { QueryClient } from "@tanstack/react-query";

import {
  ApiProblem,
  cancelUpload,
  completeUpload,
  fetchImages,
  requestPlaces,
  toProblem,
} from "@/api";

import { PermanentError, TransientError, SignedOutError } from "./queue/errors";
import type { Picture, PlaceAnswer, UploadApi } from "./queue/upload-api";

/** Whether the person whose files these are is signed in. */
export type Presence = {
  isPresent: () => boolean;
  /** Called when an answer says that the session is over. */
  onEnded: () => void;
  untilBack: () => Promise<void>;
};

/** Makes a call, unless the person is gone. Throws an error of errors.ts. */
export type Translate = <T>(call: () => Promise<T>) => Promise<T>;

/** Asks nothing on behalf of anybody but the person whose files these are. */
export const whilePresent =
  ({ isPresent, onEnded, untilBack }: Presence): Translate =>
  async (call) => {
    if (!isPresent()) throw new SignedOutError(untilBack());
    try {
      return await call();
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status !== 401) throw troubleFrom(problem);
      // Before anybody is told: who is told of it first may sign in at once.
      const back = untilBack();
      onEnded();
      throw new SignedOutError(back);
    }
  };

export const httpUploadApi = (client: QueryClient, presence: Presence): UploadApi => {
  const translate = whilePresent(presence);
  return {
    askForPlaces: (pictures) => translate(() => askForPlaces(pictures)),
    complete: (imageId) => translate(() => complete(imageId)),
    imagesById: (ids) => translate(() => fetchImages(client, ids)),
    forget: (imageId) => translate(() => cancelUpload(imageId)),
  };
};

/** Refusals with 429 that last for hours, and say themselves what to do. */
const LASTING = new Set(["too_many_uploads", "too_much_discarded"]);

const troubleFrom = ({ status, code, detail }: ApiProblem): TransientError | PermanentError => {
  if (code === "unreachable") return new TransientError("connection");
  if (LASTING.has(code)) return new PermanentError({ reason: detail, advice: null, retry: true });
  // Other tabs of the same person are at it. It passes, however often it is said.
  if (code === "too_many_at_once") return new TransientError("busy", { counts: false });
  if (status === 429 || status >= 500) return new TransientError("busy");
  return new PermanentError({ reason: detail, advice: null, retry: true });
};

const complete = async (imageId: string): Promise<"complete" | "missing" | "gone"> => {
  try {
    await completeUpload(imageId);
    return "complete";
  } catch (error) {
    // 409: parts are missing, or nothing is open any more. Asking for the place again tells which.
    if (error instanceof ApiProblem && error.status === 409) return "missing";
    if (error instanceof ApiProblem && error.status === 404) return "gone";
    throw error;
  }
};

/** A batch is refused whole when one picture in it is not valid: then the others are asked for again. */
const askForPlaces = async (pictures: readonly Picture[]): Promise<PlaceAnswer[]> => {
  try {
    return await requestPlaces(pictures);
  } catch (error) {
    const isAlbumGone = error instanceof ApiProblem && error.status === 404;
    if (isAlbumGone) return await askWithoutGoneAlbums(pictures);
    const refused = error instanceof ApiProblem ? refusedPictures(error, pictures.length) : null;
    if (!refused) throw error;
    const others = pictures.filter((_, index) => !refused.has(index));
    const places = others.length > 0 ? await requestPlaces(others) : [];
    const next = places.values();
    return pictures.flatMap((_, index) => refused.get(index) ?? next.next().value ?? []);
  }
};

/** An album that was deleted meanwhile takes nothing in: those pictures go into the library alone. */
const askWithoutGoneAlbums = async (pictures: readonly Picture[]): Promise<PlaceAnswer[]> => {
  const found: PlaceAnswer[] = [];
  for (const picture of pictures) {
    const [place] = await requestPlaces([picture]).catch((error: unknown) => {
      if (!(error instanceof ApiProblem) || error.status !== 404) throw error;
      return requestPlaces([{ ...picture, album_id: null }]);
    });
    if (place) found.push(place);
  }
  return found;
};

/** By position; null when the refusal is about something else than single pictures. */
const refusedPictures = (
  { status, fields }: ApiProblem,
  count: number,
): Map<number, PlaceAnswer> | null => {
  if (status !== 422) return null;
  const refused = new Map<number, PlaceAnswer>();
  for (const [field, detail] of Object.entries(fields)) {
    const index = Number(/^images\.(\d+)\./.exec(field)?.[1] ?? count);
    if (index >= count) return null;
    refused.set(index, { status: "refused", detail });
  }
  return refused.size > 0 ? refused : null;
};
