/** Copies pictures of a shared album or library into the library of the person who is signed in, ten by ten. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { accountOptions } from "../account/account";
import { api, read } from "../client";
import type { SavedImage } from "../types";

const AT_ONCE = 10;
const MAX_CHANGED = 1_000;
/** What S3 had no time for is asked for again so often. */
const ROUNDS = 4;
const PAUSE_MS = 2_000;

export type Saved = {
  /** Ids of one's own library that were not in it before. */
  saved: string[];
  /** In the library already, or taken out of Recently deleted. */
  existing: number;
  restored: number;
  /** They are not shared any more. */
  gone: number;
  /** Not copied for a reason that passes. */
  later: number;
  refused: number;
  /** Why the first one was refused. */
  reason: string | null;
};

type Options = {
  ids: readonly string[];
  onProgress: (done: number) => void;
  signal: AbortSignal;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What pictures are saved from. */
export type SavedFrom = "album" | "library";

const ask = async (from: SavedFrom, id: string, all: readonly string[]): Promise<SavedImage[]> => {
  const body = { ids: [...all] };
  const found = await read(
    from === "album"
      ? api.POST("/api/shared-albums/{album_id}/images/save", {
          params: { path: { album_id: id } },
          body,
        })
      : api.POST("/api/shared-libraries/{library_id}/images/save", {
          params: { path: { library_id: id } },
          body,
        }),
  );
  return found.images;
};

const count = (sum: Saved, { outcome, image_id: id, detail }: SavedImage): void => {
  if (outcome === "saved" && id !== null) sum.saved.push(id);
  else if (outcome === "exists") sum.existing += 1;
  else if (outcome === "restored") sum.restored += 1;
  else if (outcome === "gone") sum.gone += 1;
  else if (outcome === "refused") {
    sum.refused += 1;
    sum.reason ??= detail;
  } else sum.later += 1;
};

/**
 * Those under way are finished when it is aborted. What fails is thrown with what was saved before in `sum`.
 */
const saveAll = async (
  askFor: (ids: readonly string[]) => Promise<SavedImage[]>,
  { ids, onProgress, signal }: Options,
  sum: Saved,
): Promise<void> => {
  let done = 0;
  for (let start = 0; start < ids.length && !signal.aborted; start += AT_ONCE) {
    const all = ids.slice(start, start + AT_ONCE);
    let waiting: readonly string[] = all;
    /** Ids that this made, and that were not known to be copied when the answer came. */
    const begun = new Set<string>();
    for (let round = 1; waiting.length > 0; round += 1) {
      const answers = await askFor(waiting);
      const isLast = round === ROUNDS || signal.aborted;
      const left = isLast ? [] : answers.filter(({ outcome }) => outcome === "later");
      for (const answer of answers) {
        const { outcome, image_id: id } = answer;
        if (outcome === "later" && id !== null) begun.add(id);
        if (left.includes(answer)) continue;
        // Copied after all in the round before: nobody had it there already.
        const isOurs = outcome === "exists" && id !== null && begun.has(id);
        count(sum, isOurs ? { ...answer, outcome: "saved" } : answer);
      }
      waiting = left.map(({ id }) => id);
      done += answers.length - left.length;
      onProgress(done);
      if (waiting.length > 0) await pause(PAUSE_MS);
    }
  }
};

export const useSaveToLibrary = (id: string, from: SavedFrom) => {
  const client = useQueryClient();
  const settle = useCallback(() => {
    void client.invalidateQueries({ queryKey: ["images"] });
    void client.invalidateQueries({ queryKey: accountOptions.queryKey });
  }, [client]);
  /** `error`: why it went no further. */
  const save = useCallback(
    async (options: Options): Promise<Saved & { error: unknown }> => {
      const sum: Saved = {
        saved: [],
        existing: 0,
        restored: 0,
        gone: 0,
        later: 0,
        refused: 0,
        reason: null,
      };
      let error: unknown = null;
      await saveAll((all) => ask(from, id, all), options, sum).catch(
        (thrown: unknown) => (error = thrown),
      );
      settle();
      return { ...sum, error };
    },
    [id, from, settle],
  );
  /** Moves what was saved to Recently deleted. */
  const undo = useCallback(
    async (ids: readonly string[]) => {
      for (let start = 0; start < ids.length; start += MAX_CHANGED) {
        const images = { ids: ids.slice(start, start + MAX_CHANGED) };
        await read(api.POST("/api/images/batch", { body: { action: "delete", images } }));
      }
      settle();
    },
    [settle],
  );
  return { save, undo };
};
