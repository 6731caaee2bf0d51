/** Saves pictures of an album or a library of somebody else's to one's library: how far it is while there are many, what came of it, and Undo. */
import { useCallback, useRef, useState } from "react";
import { createPortal } from "react-dom";

import { toProblem, useSaveToLibrary, type Saved, type SavedFrom } from "@/api";
import { formatNumber, picturesInWords } from "@/locale";
import { Button, Dialog, Progress, useToast } from "@/ui";

/** So many take a moment, and show a dialog only when they take longer. */
const FEW = 10;
const LONG_MS = 800;

type Under = { done: number; all: number };

/** What came of it, in words; empty: nothing that is worth any. */
const inWords = ({ saved, existing, restored, gone, later, refused, reason }: Saved): string => {
  const told = [
    saved.length > 0 && `Saved ${picturesInWords(saved.length)} to your library`,
    existing > 0 && `${picturesInWords(existing)} ${existing === 1 ? "was" : "were"} there already`,
    restored > 0 && `${picturesInWords(restored)} restored from Recently deleted`,
    gone > 0 && `${picturesInWords(gone)} ${gone === 1 ? "is" : "are"} not shared any more`,
    refused > 0 && `${picturesInWords(refused)} not saved. ${reason ?? ""}`,
    later > 0 && `${picturesInWords(later)} could not be copied now. Try again in a while`,
  ].filter((part) => part !== false);
  return told.join(". ");
};

export const useSaving = (id: string, from: SavedFrom) => {
  const { save, undo } = useSaveToLibrary(id, from);
  const [under, setUnder] = useState<Under | null>(null);
  const stop = useRef<AbortController | null>(null);
  /** What was asked for while another save is under way, which it follows. */
  const next = useRef<readonly string[]>([]);
  const toast = useToast();

  const takeBack = useCallback(
    (ids: readonly string[]) => {
      undo(ids).then(
        () => toast.show({ message: `${picturesInWords(ids.length)} moved to Recently deleted` }),
        (error: unknown) => toast.show({ tone: "error", message: toProblem(error).detail }),
      );
    },
    [undo, toast],
  );

  const saveNow = useCallback(
    async (ids: readonly string[]) => {
      const abort = (stop.current = new AbortController());
      let done = 0;
      const show = () => setUnder({ done, all: ids.length });
      const timer = setTimeout(show, ids.length > FEW ? 0 : LONG_MS);
      const onProgress = (now: number) => {
        done = now;
        setUnder((before) => before && { ...before, done });
      };
      const answer = await save({ ids, onProgress, signal: abort.signal });
      clearTimeout(timer);
      stop.current = null;
      setUnder(null);
      const message = inWords(answer);
      if (message !== "") {
        const isPlain = answer.refused + answer.later === 0;
        toast.show({
          message,
          tone: isPlain ? "plain" : "error",
          ...(answer.saved.length > 0
            ? { action: { label: "Undo", onAction: () => takeBack(answer.saved) } }
            : {}),
        });
      }
      if (answer.error !== null) {
        toast.show({ tone: "error", message: toProblem(answer.error).detail });
      }
    },
    [save, takeBack, toast],
  );

  const start = useCallback(
    async (ids: readonly string[]) => {
      next.current = [...new Set([...next.current, ...ids])];
      if (stop.current) return;
      while (next.current.length > 0) {
        const now = next.current;
        next.current = [];
        await saveNow(now);
      }
    },
    [saveNow],
  );
  const end = () => {
    next.current = [];
    stop.current?.abort();
  };

  // Beside the viewer, below which the page is inert.
  const dialog =
    under &&
    createPortal(
      <Dialog
        title="Saving to your library"
        onClose={end}
        actions={<Button onClick={end}>Stop</Button>}
      >
        <p role="status">
          {formatNumber(under.done)} of {picturesInWords(under.all)}
        </p>
        <Progress
          className="mt-3"
          label="Saving to your library"
          value={under.all === 0 ? 0 : under.done / under.all}
        />
        <p className="mt-3 text-sm text-muted">
          They are copied where they are stored: nothing is downloaded. What was saved stays when
          you stop.
        </p>
      </Dialog>,
      document.body,
    );
  return { start, dialog, isBusy: under !== null };
};
