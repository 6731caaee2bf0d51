/** Moves pictures of an album that is ordered by hand, and offers to take it back. */
import { useCallback } from "react";

import {
  toProblem,
  useMoveInAlbum,
  useOrderedAlbum,
  type ListedImage,
  type PlaceInAlbum,
} from "@/api";
import { picturesInWords } from "@/locale";
import { useToast } from "@/ui";

/** What stood in so many pieces is not put back piece by piece. */
const MAX_RUNS = 20;

type Run = { ids: string[]; to: PlaceInAlbum };

/** How moved pictures come back: each run of them after what stood before it, from the first one on. */
export const wayBack = (rows: readonly ListedImage[], ids: ReadonlySet<string>): Run[] => {
  const runs: Run[] = [];
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    if (!row || !ids.has(row.id)) continue;
    const run = [row.id];
    const before = rows[at - 1];
    for (let next = rows[at + 1]; next && ids.has(next.id); next = rows[at + 1]) {
      run.push(next.id);
      at += 1;
    }
    const after = rows[at + 1];
    if (before) runs.push({ ids: run, to: { place: "after", imageId: before.id } });
    else if (after) runs.push({ ids: run, to: { place: "before", imageId: after.id } });
  }
  return runs;
};

/** The place one step earlier or later than where they stand; null: they are there already. */
export const stepTo = (
  rows: readonly ListedImage[],
  ids: ReadonlySet<string>,
  step: -1 | 1,
): PlaceInAlbum | null => {
  const places = rows.flatMap((row, at) => (ids.has(row.id) ? [at] : []));
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) return null;
  const beside = rows[step === -1 ? first - 1 : last + 1];
  if (beside) return { place: step === -1 ? "before" : "after", imageId: beside.id };
  // At the end already, with others between them: together, then.
  const isTogether = last - first === places.length - 1;
  const end = (step === -1 ? rows : [...rows].reverse()).find((row) => !ids.has(row.id));
  return isTogether || !end ? null : { place: step === -1 ? "before" : "after", imageId: end.id };
};

export const useArrange = (albumId: string) => {
  const { rows } = useOrderedAlbum(albumId, "manual");
  const { mutateAsync } = useMoveInAlbum(albumId);
  const toast = useToast();
  const showError = useCallback(
    (error: unknown) => toast.show({ tone: "error", message: toProblem(error).detail }),
    [toast],
  );
  /** `isQuiet`: with a button that says the way back itself. */
  const move = useCallback(
    (images: readonly ListedImage[], to: PlaceInAlbum, isQuiet = false) => {
      const ids = new Set(images.map(({ id }) => id));
      const back = wayBack(rows, ids);
      const inOrder = rows.filter((row) => ids.has(row.id)).map(({ id }) => id);
      const undo = async () => {
        for (const run of back) await mutateAsync(run);
      };
      mutateAsync({ ids: inOrder, to }).catch(showError);
      if (isQuiet) return;
      toast.show({
        message: `${picturesInWords(inOrder.length)} moved`,
        ...(back.length <= MAX_RUNS
          ? { action: { label: "Undo", onAction: () => void undo().catch(showError) } }
          : {}),
      });
    },
    [rows, mutateAsync, toast, showError],
  );
  return { rows, move };
};
