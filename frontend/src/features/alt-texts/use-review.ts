/** Walking through pictures one by one: which is shown, what was typed, and the last change. */
import { useEffect, useState } from "react";

import {
  toProblem,
  useAltTexts,
  useChangeAltText,
  useLoadImageAhead,
  type AltText,
  type AltTextFilter,
} from "@/api";
import {
  changesFrom,
  draftFrom,
  errorsOf,
  isSameDraft,
  type Draft,
} from "@/components/descriptions/description-draft";

import { useDrafts } from "./use-drafts";

/** More are loaded when so few are left. */
const LOAD_AT = 8;

/** What a row says now, and what somebody makes of it. */
export const savedDraft = (row: AltText): Draft => draftFrom(row.description);

/** The last change, to be taken back. */
type Last = { before: AltText; after: AltText };

export const useReview = (which: AltTextFilter) => {
  const query = useAltTexts(which);
  const change = useChangeAltText(which);
  const loadAhead = useLoadImageAhead();
  const [currentId, setCurrentId] = useState<string | null>(null);
  const [last, setLast] = useState<Last | null>(null);
  const [message, setMessage] = useState("");
  const { drafts, note, forget } = useDrafts();
  const rows = query.data?.pages.flatMap((page) => page.alt_texts) ?? [];
  const found = rows.findIndex((row) => row.image_id === currentId);
  const at = found === -1 ? 0 : found;
  const row = rows[at];
  const next = rows[at + 1];
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isError } = query;

  // A page may be empty and others follow: it looks at a bounded number of pictures.
  const pages = query.data?.pages.length ?? 0;
  const isShort = rows.length - at <= LOAD_AT;
  useEffect(() => {
    if (isShort && hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [pages, isShort, hasNextPage, isFetchingNextPage, isError, fetchNextPage]);

  const nextId = next?.image_id;
  useEffect(() => {
    if (nextId !== undefined) loadAhead(nextId);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a function of each render
  }, [nextId]);

  const draftOf = (of: AltText): Draft => drafts.get(of.image_id) ?? savedDraft(of);
  const isDirty = (of: AltText): boolean => !isSameDraft(draftOf(of), savedDraft(of));

  const go = (by: number) => {
    const to = rows[at + by];
    if (to) setCurrentId(to.image_id);
  };
  const type = (changes: Partial<Draft>) => {
    if (row === undefined) return;
    const draft = { ...draftOf(row), ...changes };
    if (isSameDraft(draft, savedDraft(row))) forget(row.image_id);
    else note(row.image_id, draft);
  };
  const discard = () => {
    if (row !== undefined) forget(row.image_id);
  };

  /** Accepts what stands there, or saves what was typed; then the next one is shown. */
  const accept = () => {
    if (row === undefined || change.isPending) return;
    const draft = draftOf(row);
    if (Object.keys(errorsOf(draft)).length > 0) {
      setMessage("Not saved: a text is too long.");
      return;
    }
    if (!isDirty(row) && draft.alt.trim() === "") {
      setMessage("Write an alt text first.");
      return;
    }
    const hasWritten = isDirty(row);
    change.mutate(
      hasWritten ? { kind: "write", row, changes: changesFrom(draft) } : { kind: "accept", row },
      {
        onSuccess: (outcome) => {
          forget(row.image_id);
          if (!outcome.isDone) {
            setMessage("It was described anew meanwhile. Look at it once more.");
            return;
          }
          setLast({ before: row, after: outcome.row });
          setMessage(hasWritten ? "Saved." : "Accepted.");
          if (next !== undefined) setCurrentId(next.image_id);
          else setCurrentId(row.image_id);
        },
        onError: (error) => setMessage(toProblem(error).detail),
      },
    );
  };
  const undo = () => {
    if (last === null || change.isPending) return;
    change.mutate(
      { kind: "undo", row: last.after, before: last.before },
      {
        onSuccess: () => {
          setMessage("Undone.");
          setCurrentId(last.before.image_id);
          setLast(null);
        },
        onError: (error) => setMessage(toProblem(error).detail),
      },
    );
  };
  return {
    query,
    rows,
    row,
    at,
    hasNext: next !== undefined,
    go,
    show: setCurrentId,
    draft: row === undefined ? null : draftOf(row),
    isDirty,
    type,
    discard,
    accept,
    undo: last === null ? null : undo,
    message,
    isBusy: change.isPending,
  };
};

export type Review = ReturnType<typeof useReview>;
