/** Alt texts: walked through page by page, checked, rewritten, taken back, and taken along as a file. */
import {
  useInfiniteQuery,
  useMutation,
  useQueryClient,
  type InfiniteData,
} from "@tanstack/react-query";

import { api, read } from "../client";
import { imageOptions } from "../images/image-queries";
import { DETAILS, keepDetail } from "../images/image-mutations";
import type { AltText, AltTextPage, ImageChanges } from "../types";

export type AltTextFilter = "unchecked" | "missing" | "all" | "archived";
export type AltTextFormat = "csv" | "html";

const PAGE = 30;
const keyOf = (which: AltTextFilter) => ["descriptions", "alt-texts", which];

/** What somebody walks through does not move: what was checked stays in the list until it is opened anew. */
export const useAltTexts = (which: AltTextFilter) =>
  useInfiniteQuery({
    queryKey: keyOf(which),
    queryFn: ({ signal, pageParam }) =>
      read(
        api.GET("/api/descriptions/alt-texts", {
          signal,
          params: {
            query: { which, limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** The version that a picture shows now; null: none. */
const currentVersion = async (image_id: string): Promise<AltText["description"]> => {
  const { versions } = await read(
    api.GET("/api/images/{image_id}/descriptions", { params: { path: { image_id } } }),
  );
  return versions.find((version) => version.is_current) ?? null;
};

const noteChecked = async (row: AltText, checked: boolean): Promise<boolean> => {
  if (row.description === null) return false;
  const versions = [{ image_id: row.image_id, version_id: row.description.id }];
  const { ids } = await read(
    api.POST("/api/descriptions/alt-texts/checks", { body: { versions, checked } }),
  );
  return ids.length > 0;
};

/** The row as it is now, after somebody else may have changed it. */
const readAgain = async (row: AltText): Promise<AltText> => ({
  ...row,
  description: await currentVersion(row.image_id),
});

export type AltTextChange =
  | { kind: "accept"; row: AltText }
  | { kind: "write"; row: AltText; changes: ImageChanges }
  | { kind: "undo"; row: AltText; before: AltText };

/** What became of it. */
export type AltTextOutcome = { row: AltText; isDone: boolean };

/** Accepts a description, or writes another one, or takes one of both back. */
export const useChangeAltText = (which: AltTextFilter) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (change: AltTextChange): Promise<AltTextOutcome> => {
      const { row } = change;
      const image_id = row.image_id;
      if (change.kind === "accept") {
        if (await noteChecked(row, true))
          return { row: { ...row, is_checked: true }, isDone: true };
        return { row: await readAgain(row), isDone: false };
      }
      if (change.kind === "write") {
        const params = { path: { image_id } };
        keepDetail(
          client,
          await read(api.PATCH("/api/images/{image_id}", { params, body: change.changes })),
        );
        return { row: { ...(await readAgain(row)), is_checked: true }, isDone: true };
      }
      const { before } = change;
      if (before.description === null) {
        const params = { path: { image_id } };
        await read(api.PATCH("/api/images/{image_id}", { params, body: { description: null } }));
      } else if (before.description.id !== row.description?.id) {
        const params = { path: { image_id, version_id: before.description.id } };
        await read(api.POST("/api/images/{image_id}/descriptions/{version_id}/show", { params }));
      }
      if (!before.is_checked) await noteChecked(before, false);
      return { row: before, isDone: true };
    },
    onSuccess: ({ row }, change) => {
      const more = Number(row.is_checked) - Number(change.row.is_checked);
      client.setQueryData(keyOf(which), (known: InfiniteData<AltTextPage> | undefined) =>
        known === undefined
          ? known
          : {
              ...known,
              pages: known.pages.map((page) => ({
                ...page,
                checked: page.checked === null ? null : page.checked + more,
                alt_texts: page.alt_texts.map((one) => (one.image_id === row.image_id ? row : one)),
              })),
            },
      );
      void client.invalidateQueries({ queryKey: [...DETAILS, row.image_id] });
      void client.invalidateQueries({ queryKey: ["descriptions", "history", row.image_id] });
    },
  });
};

/** Loads a picture before it is looked at. */
export const useLoadImageAhead = () => {
  const client = useQueryClient();
  // What fails is asked for again when it is looked at.
  return (id: string) => void client.query(imageOptions(id)).catch(() => undefined);
};

/** All alt texts as a file, part by part; `onPart` is told how many parts there are. */
export const fetchAltTextFile = async (
  format: AltTextFormat,
  which: AltTextFilter,
  signal?: AbortSignal,
): Promise<Blob> => {
  const parts: string[] = [];
  let cursor: string | null = null;
  do {
    const query: { format: AltTextFormat; which: AltTextFilter; cursor?: string } = {
      format,
      which,
      ...(cursor === null ? {} : { cursor }),
    };
    const part: { content: string; next_cursor: string | null } = await read(
      api.GET("/api/descriptions/alt-texts/file", {
        params: { query },
        ...(signal ? { signal } : {}),
      }),
    );
    parts.push(part.content);
    cursor = part.next_cursor;
  } while (cursor !== null);
  return new Blob(parts, { type: format === "csv" ? "text/csv" : "text/html" });
};
