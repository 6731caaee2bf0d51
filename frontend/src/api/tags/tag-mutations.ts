/** Giving pictures tags and taking them away. What shows tags is loaded anew: no list says which a picture has. */
import {
  useMutation,
  useQueryClient,
  type Query,
  type QueryClient,
  type QueryKey,
} from "@tanstack/react-query";

import { api, read } from "../client";
import { tagOf, tagsKey } from "../images/collections";
import { DETAILS, type Undo } from "../images/image-mutations";
import type { Batch, View } from "../types";

/** What is to become of the tags of pictures. */
export type TagChange = { add: readonly string[]; remove: readonly { id: string; path: string }[] };

/** `undoes`: this takes another change back, by what that one answered. */
type Variables =
  | { ids: readonly string[]; change: TagChange; wholeStacks?: boolean }
  | { undoes: Promise<readonly Batch[]> };

/** The id of the tag that an entry of the cache is about alone. */
const tagIn = ([all, kind, which]: QueryKey): string | null => {
  if (all === tagsKey[0]) return kind === "one" ? String(which) : null;
  const isView = all === "images" && (kind === "timeline" || kind === "bucket");
  return isView ? tagOf(which as View) : null;
};

/** Has everything that shows tags, or what has them, loaded anew; `gone` are no tags any more, and are not asked for. */
export const refreshTags = (client: QueryClient, gone: ReadonlySet<string> = new Set()): void => {
  void client.invalidateQueries({ queryKey: DETAILS });
  void client.invalidateQueries({ queryKey: ["images", "search"] });
  const isGone = ({ queryKey }: Query) => gone.has(tagIn(queryKey) ?? "");
  void client.invalidateQueries({ predicate: isGone, refetchType: "none" });
  void client.invalidateQueries({
    predicate: (query) =>
      !isGone(query) && (query.queryKey[0] === tagsKey[0] || tagIn(query.queryKey) !== null),
  });
};

const bodiesOf = async (variables: Variables): Promise<readonly Batch[]> => {
  // What failed changed nothing, and needs no undo.
  if ("undoes" in variables) return variables.undoes.catch(() => []);
  const images = { ids: [...variables.ids], whole_stacks: variables.wholeStacks ?? false };
  const { add, remove } = variables.change;
  return [
    ...remove.map(({ id }): Batch => ({ action: "remove_tag", tag_id: id, images })),
    ...add.map((tag): Batch => ({ action: "add_tag", tag, images })),
  ];
};

const send = async (body: Batch): Promise<Undo> =>
  (await read(api.POST("/api/images/batch", { body }))).undo;

/** One after the other; what takes them back, last first. What was done before one fails is taken back. */
const sendAll = async (bodies: readonly Batch[]): Promise<readonly Batch[]> => {
  const undos: Batch[] = [];
  try {
    for (const body of bodies) {
      const undo = await send(body);
      if (undo) undos.unshift(undo);
    }
  } catch (error) {
    for (const undo of undos) await send(undo);
    throw error;
  }
  return undos;
};

/** Changes the tags of up to 10,000 pictures: of all of them, or of none and the mutation fails. */
export const useTagImages = () => {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ["images", "tags"],
    // After the changes of many that are under way: one may be what this one's pictures came by.
    scope: { id: "change-images" },
    mutationFn: async (variables: Variables) => sendAll(await bodiesOf(variables)),
    onSettled: () => refreshTags(client),
  });
};
