/** Pictures of a share as the list of a grid: its pages, and the URLs of what is in view. */
import { useCallback, useEffect, useMemo, useState } from "react";

import { isClosed, toProblem, type ListedImage, type SharedSource } from "@/api";
import type { GalleryList } from "@/components/gallery/gallery-list";

import { knownImages, rowsOf } from "./rows-of-page";
import { useAddresses } from "./use-addresses";

type Pages = { rows: readonly ListedImage[]; cursor: string | null; isLoading: boolean };

/** The next page; or the first one, where the picture that the last one ended with was taken out meanwhile. */
const pageAfter = async (visit: SharedSource, cursor: string | null) => {
  try {
    return { page: await visit.page(cursor), isFirst: cursor === null };
  } catch (error) {
    if (toProblem(error).code !== "invalid_cursor") throw error;
    return { page: await visit.page(null), isFirst: true };
  }
};

/** Those from one to another, which are loaded: they were seen. */
const between = (rows: readonly ListedImage[], from: ListedImage, to: ListedImage) => {
  const [start, end] = [from, to].map(({ id }) => rows.findIndex((row) => row.id === id));
  if (start === undefined || end === undefined || start < 0 || end < 0) return [];
  return start <= end ? rows.slice(start, end + 1) : rows.slice(end, start + 1).reverse();
};

export type SharedGallery = {
  list: GalleryList;
  rows: readonly ListedImage[];
  /** What a picture is called where nothing is said of it. */
  nameOf: (id: string) => string;
  /** Asks for addresses of these that work. */
  refresh: SharedSource["refresh"];
  onFailed: (image: ListedImage) => boolean;
  /** The link is not open any more. */
  onClosed: () => void;
};

export const useSharedGallery = (visit: SharedSource, onClosed: () => void): SharedGallery => {
  const [pages, setPages] = useState<Pages>({ rows: [], cursor: null, isLoading: true });
  const [error, setError] = useState<Error | null>(null);
  const failed = useCallback(
    (problem: unknown) => {
      if (isClosed(problem)) onClosed();
      else setError(toProblem(problem));
    },
    [onClosed],
  );

  const fetchAfter = useCallback(
    (cursor: string | null) => {
      pageAfter(visit, cursor).then(
        ({ page, isFirst }) =>
          setPages((before) => ({
            rows: isFirst ? rowsOf(page) : [...before.rows, ...rowsOf(page)],
            cursor: page.next_cursor,
            isLoading: false,
          })),
        (problem: unknown) => {
          setPages((before) => ({ ...before, isLoading: false }));
          failed(problem);
        },
      );
    },
    [visit, failed],
  );
  useEffect(() => fetchAfter(null), [fetchAfter]);
  const load = useCallback(
    (cursor: string | null) => {
      setError(null);
      setPages((before) => ({ ...before, isLoading: true }));
      fetchAfter(cursor);
    },
    [fetchAfter],
  );

  const { answers, refresh, onFailed, loader } = useAddresses(visit, failed);

  const { rows, cursor, isLoading } = pages;
  const places = useMemo(() => new Map(rows.map(({ id }, index) => [id, index + 1])), [rows]);
  const nameOf = useCallback(
    (id: string) => `Picture ${String(places.get(id) ?? "")} of ${String(visit.share.count)}`,
    [places, visit],
  );
  const known = useMemo(
    () => knownImages(rows, visit, nameOf, answers),
    [rows, visit, nameOf, answers],
  );

  const sections = useMemo(
    () => [{ key: "shared", buckets: [], count: rows.length, images: rows }],
    [rows],
  );
  const onNearEnd = useCallback(() => {
    if (cursor !== null && !isLoading && error === null) load(cursor);
  }, [cursor, isLoading, error, load]);

  const loadFirst = useCallback(
    async (limit: number) => {
      let [all, next] = [rows, cursor];
      while (next !== null && all.length < limit) {
        const { page, isFirst } = await pageAfter(visit, next);
        all = isFirst ? rowsOf(page) : [...all, ...rowsOf(page)];
        next = page.next_cursor;
        setPages({ rows: all, cursor: next, isLoading: false });
      }
      return all.slice(0, limit);
    },
    [rows, cursor, visit],
  );

  const list = useMemo<GalleryList>(
    () => ({
      query: {
        isPending: isLoading && rows.length === 0,
        isError: error !== null && rows.length === 0,
        isFetching: isLoading,
        error,
        refetch: () => load(null),
      },
      isEmpty: rows.length === 0,
      sections,
      all: () => rows,
      covers: () => true,
      loadBetween: (from, to, limit) => Promise.resolve(between(rows, from, to).slice(0, limit)),
      loadFirst,
      known,
      more: cursor === null ? null : { isLoading, error, onRetry: () => load(cursor), onNearEnd },
      loader,
    }),
    [rows, sections, known, cursor, isLoading, error, load, loadFirst, onNearEnd, loader],
  );
  return { list, rows, nameOf, refresh, onFailed, onClosed };
};
