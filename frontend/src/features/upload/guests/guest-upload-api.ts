/** The API as the queue sees it where a guest sends pictures by a share link. */
import {
  ApiProblem,
  fetchGuestUploads,
  isClosed,
  MAX_GUEST_PLACES,
  MAX_GUEST_STATES,
  requestGuestPlaces,
  toProblem,
  type GuestPlace,
  type Image,
} from "@/api";

import { PermanentError, TransientError } from "../queue/errors";
import type { Picture, PlaceAnswer, UploadApi } from "../queue/upload-api";

/** That a file is no picture is found out some seconds after it has arrived. */
const CHECKED_WITHIN_MS = 6_000;

const ENDED = {
  reason: "This link has ended.",
  advice: "Ask whoever sent it for another one.",
  retry: false,
};
const LATE = "It did not arrive in time. Choose it again.";

type Guest = {
  headers: Record<string, string>;
  /** What the guest calls themselves, at this moment. */
  name: () => string;
  /** The link is not open any more. */
  onClosed: () => void;
};

export const guestUploadApi = ({ headers, name, onClosed }: Guest): UploadApi => {
  const promised = new Map<string, string>();
  const names = new Map<string, string>();
  const receivedAt = new Map<string, number>();

  const translate = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (isClosed(error)) {
        onClosed();
        throw new PermanentError(ENDED);
      }
      throw troubleFrom(toProblem(error));
    }
  };

  const ask = async (pictures: readonly Picture[]): Promise<PlaceAnswer[]> => {
    const places = await requestGuestPlaces(
      headers,
      pictures.map((picture) => {
        const { name: fileName, size, content_type, sha256, taken_hint } = picture;
        const id = promised.get(sha256);
        const file = { name: fileName, size, content_type, sha256, added_by: name() };
        return {
          ...file,
          ...(taken_hint === undefined ? {} : { taken_hint }),
          ...(id === undefined ? {} : { id }),
        };
      }),
    );
    return places.map((place, index) => {
      const picture = pictures[index];
      if (place.status !== "refused" && picture) {
        promised.set(picture.sha256, place.id);
        names.set(place.id, picture.name);
      }
      return answerOf(place, picture?.name ?? "");
    });
  };

  const askForPlaces = async (pictures: readonly Picture[]): Promise<PlaceAnswer[]> => {
    const found: PlaceAnswer[] = [];
    for (let at = 0; at < pictures.length; at += MAX_GUEST_PLACES) {
      const some = pictures.slice(at, at + MAX_GUEST_PLACES);
      try {
        found.push(...(await ask(some)));
      } catch (error) {
        const isGone = error instanceof ApiProblem && error.code === "not_found";
        if (!isGone || !some.some(({ sha256 }) => promised.has(sha256))) throw error;
        // A place of before is over: these are asked for anew.
        for (const { sha256 } of some) promised.delete(sha256);
        found.push(...(await ask(some)));
      }
    }
    return found;
  };

  const imagesById = async (ids: readonly string[]): Promise<Image[]> => {
    const found: Image[] = [];
    for (let at = 0; at < ids.length; at += MAX_GUEST_STATES) {
      const some = await fetchGuestUploads(headers, ids.slice(at, at + MAX_GUEST_STATES));
      for (const { id, outcome, detail } of some) {
        const fileName = names.get(id) ?? "";
        if (outcome === "received") {
          const first = receivedAt.get(id) ?? Date.now();
          receivedAt.set(id, first);
          const isChecked = Date.now() - first > CHECKED_WITHIN_MS;
          found.push(imageOf(id, fileName, isChecked ? "ready" : "processing"));
        } else if (outcome === "arriving") found.push(imageOf(id, fileName, "uploading"));
        else found.push(imageOf(id, fileName, "rejected", detail ?? LATE));
      }
    }
    return found;
  };

  return {
    askForPlaces: (pictures) => translate(() => askForPlaces(pictures)),
    // Guests send each file whole.
    complete: () => Promise.resolve("gone"),
    imagesById: (ids) => translate(() => imagesById(ids)),
    // What is not sent is forgotten by the server.
    forget: () => Promise.resolve(),
  };
};

const troubleFrom = ({ status, code, detail }: ApiProblem): TransientError | PermanentError => {
  if (code === "unreachable") return new TransientError("connection");
  if (status === 429 || status >= 500) return new TransientError("busy");
  return new PermanentError({ reason: detail, advice: null, retry: true });
};

const answerOf = (place: GuestPlace, name: string): PlaceAnswer => {
  if (place.status === "refused") return { status: "refused", detail: place.detail };
  if (place.status === "received") {
    return { status: "exists", image: imageOf(place.id, name, "ready"), restored: false };
  }
  return {
    status: "upload",
    image: imageOf(place.id, name, "uploading"),
    upload: place.upload,
  };
};

/** As much of an image as the queue reads: guests are told no more. */
const imageOf = (id: string, name: string, state: Image["state"], detail?: string): Image =>
  ({
    id,
    name,
    state,
    thumbnail_url: null,
    failure: detail === undefined ? null : { code: state, title: "Failed", detail },
  }) as Partial<Image> as Image;
