/** Pictures of a share as the list of a grid: its pages, and the URLs of what is in view. */
import { useCallback, useEffect, useMemo, useState } from "react";

import { isClosed, toProblem, type Image, type ListedImage, type SharedSource } from "@/api";
import type { GalleryList, Near } from "@/components/gallery/gallery-list";

/** How often it is looked whether addresses of what is in view have ended: they live for a minute. */
const RENEW_MS = 15_000;

type Pages = { rows: readonly ListedImage[]; cursor: string | null; isLoading: boolean };

type Page = Awaited<ReturnType<SharedSource["page"]>>;

/** The day of each picture; empty: it is not shown, or the order is not by days. */
const daysOf = ({ days, ids }: Page): readonly string[] => {
  const isByDay = new Set(days.map(({ date }) => date)).size === days.length && days.length > 0;
  if (!isByDay) return ids.map(() => "");
  return days.flatMap(({ date, count }) => Array.from({ length: count }, () => date));
};

const rowsOf = (page: Page): ListedImage[] => {
  const days = daysOf(page);
  const animated = new Set(page.animated);
  return page.ids.map((id, index) => ({
    id,
    state: "ready",
    timeline_at: days[index] ?? "",
    // A shape, and no size in pixels.
    width: Math.round((page.ratios[index] ?? 1) * 1000),
    height: 1000,
    is_animated: animated.has(index),
    has_motion: false,
    favourite: false,
    archived_at: null,
  }));
};

/** A picture as the grid draws it: what visitors are not told is empty. */
const withAddress = (row: ListedImage, visit: SharedSource, alt: string): Image | null => {
  const urls = visit.urlsOf(row.id);
  return (
    (urls &&
      ({
        ...row,
        name: "",
        size: 0,
        content_type: "",
        failure: null,
        taken_at: null,
        dated_by: "picture",
        created_at: "",
        deleted_at: null,
        alt_text: urls.altText ?? alt,
        description_state: "none",
        description_demo: false,
        thumbhash: urls.thumbhash,
        thumbnail_url: urls.thumbnail,
        preview_url: urls.preview,
        urls_expire_at: null,
        // Of stacks nothing is said here, not even that there is none: this page has no room for it.
      } as Image)) ??
    null
  );
};

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
  // Counts the answers with addresses: what is drawn of them is another then.
  const [answers, setAnswers] = useState(0);
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

  const refresh = useCallback<SharedSource["refresh"]>(
    async (...asked) => {
      try {
        const isAnswered = await visit.refresh(...asked);
        if (isAnswered) setAnswers((before) => before + 1);
        return isAnswered;
      } catch (problem) {
        failed(problem);
        return false;
      }
    },
    [visit, failed],
  );

  const loader = useMemo(() => {
    const Loader = ({ ids }: Near) => {
      const wanted = ids.join(",");
      useEffect(() => {
        const renew = () => {
          if (wanted !== "" && !document.hidden) void refresh(wanted.split(","), "thumbnail");
        };
        renew();
        const timer = setInterval(renew, RENEW_MS);
        document.addEventListener("visibilitychange", renew);
        return () => {
          clearInterval(timer);
          document.removeEventListener("visibilitychange", renew);
        };
      }, [wanted]);
      return null;
    };
    return Loader;
  }, [refresh]);

  const { rows, cursor, isLoading } = pages;
  const places = useMemo(() => new Map(rows.map(({ id }, index) => [id, index + 1])), [rows]);
  const nameOf = useCallback(
    (id: string) => `Picture ${String(places.get(id) ?? "")} of ${String(visit.share.count)}`,
    [places, visit],
  );
  const known = useMemo(() => {
    const found = new Map<string, Image>();
    // Others with each answer.
    if (answers === 0) return found;
    for (const row of rows) {
      const image = withAddress(row, visit, nameOf(row.id));
      if (image) found.set(row.id, image);
    }
    return found;
  }, [rows, visit, nameOf, answers]);

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

  // What failed is asked for once more; a second failure has another reason than its age.
  const [tried] = useState(() => new Set<string>());
  const onFailed = useCallback(
    ({ id }: ListedImage) => {
      const url = visit.urlsOf(id)?.thumbnail.split("?", 1)[0];
      if (url === undefined || tried.has(url)) return false;
      tried.add(url);
      setTimeout(() => tried.delete(url), RENEW_MS);
      void refresh([id], "thumbnail", { isBroken: true });
      return true;
    },
    [visit, refresh, tried],
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
