/** The API as an import needs it: passing trouble is waited for, and refusals are told as ApiProblem. */
import type { QueryClient } from "@tanstack/react-query";

import {
  ApiProblem,
  changeAtOnce,
  correctImage,
  deleteAlbum,
  fetchImages,
  listAlbumImages,
  listAlbums,
  listLibrary,
  makeAlbum,
  showImage,
  type Batch,
  type ImageChanges,
  type NewAlbum,
} from "@/api";

import type { Translate } from "../http-upload-api";
import { persistently } from "../queue/retry";

/** A quarter of an hour of trouble in a row. */
const TRIES = 60;
/** What says something about the request; all else may pass. */
const REFUSALS = new Set([400, 403, 404, 409, 410, 413, 422]);

export type Library = {
  id: string;
  sha256: string;
  state: string;
  isDeleted: boolean;
  /** With a moving part, in its own file or in a video's that is joined with it. */
  hasMotion: boolean;
  /** When its upload began, in milliseconds since 1970. */
  createdAt: number;
};

export class ImportApi {
  readonly #client: QueryClient;
  readonly #translate: Translate;
  readonly #signal: AbortSignal;

  constructor(client: QueryClient, translate: Translate, signal: AbortSignal) {
    this.#client = client;
    this.#translate = translate;
    this.#signal = signal;
  }

  /** All pictures that have arrived. */
  library = async (): Promise<Library[]> => {
    const all: Library[] = [];
    const read = async () => {
      all.length = 0;
      for await (const page of listLibrary(this.#signal)) {
        for (const { id, sha256, state, deleted_at, created_at, has_motion } of page) {
          const createdAt = Date.parse(created_at);
          const isDeleted = deleted_at !== null;
          all.push({ id, sha256, state, isDeleted, hasMotion: has_motion, createdAt });
        }
      }
    };
    await this.#ask(read);
    return all;
  };

  batch = (body: Batch) => this.#ask(() => changeAtOnce(body));

  /** Changes many at once, and passes over those that are refused. Answers those that are otherwise now. */
  batchEach = async (
    change: Omit<Batch, "images">,
    ids: readonly string[],
    onRefused: (error: ApiProblem) => void,
  ): Promise<string[]> => {
    if (ids.length === 0) return [];
    try {
      return await this.batch({ ...change, images: { ids: [...ids] } });
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (ids.length === 1) {
        if (error.status !== 404) onRefused(error);
        return [];
      }
      const half = Math.ceil(ids.length / 2);
      const first = await this.batchEach(change, ids.slice(0, half), onRefused);
      return [...first, ...(await this.batchEach(change, ids.slice(half), onRefused))];
    }
  };

  correct = (id: string, changes: ImageChanges) => this.#ask(() => correctImage(id, changes));
  show = (id: string) => this.#ask(() => showImage(id));
  images = (ids: readonly string[]) => this.#ask(() => fetchImages(this.#client, ids));
  albums = () => this.#ask(() => listAlbums(this.#signal));
  albumImages = (id: string) => this.#ask(() => listAlbumImages(id));
  makeAlbum = (album: NewAlbum) => this.#ask(() => makeAlbum(album));
  deleteAlbum = (id: string) => this.#ask(() => deleteAlbum(id));

  /** Has all lists show what the import has changed. */
  refresh(): void {
    void this.#client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
  }

  async #ask<T>(call: () => Promise<T>): Promise<T> {
    const attempt = async () => {
      try {
        return { answer: await call() };
      } catch (error) {
        if (error instanceof ApiProblem && REFUSALS.has(error.status)) return { refusal: error };
        throw error;
      }
    };
    const result = await persistently(() => this.#translate(attempt), {
      signal: this.#signal,
      onInterrupted: () => undefined,
      tries: TRIES,
    });
    if ("refusal" in result) throw result.refusal;
    return result.answer;
  }
}
