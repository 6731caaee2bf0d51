/** Stacks: the pictures that one of the timeline stands for. */
import { useQuery } from "@tanstack/react-query";

import { api, read } from "../client";
import { learnImages } from "./timeline-cache";
import type { Image } from "../types";

export const STACKS = { queryKey: ["images", "stack"] };

type Stacked = Pick<Image, "id" | "stack_id">;

/** The pictures that are stacked with one, itself included, the cover first; none while they are not known. */
export const useStack = (image: Stacked | null | undefined) =>
  useQuery({
    queryKey: [...STACKS.queryKey, image?.stack_id],
    queryFn: async ({ signal, client }) => {
      const path = { image_id: image?.id ?? "" };
      const stack = await read(
        api.GET("/api/images/{image_id}/stack", { signal, params: { path } }),
      );
      learnImages(client, stack.images);
      return stack;
    },
    enabled: Boolean(image?.stack_id),
    staleTime: 30_000,
  }).data;

type Member = Pick<Image, "is_folded" | "archived_at">;

/** Whether it stands for the others of its stack in the timeline. */
export const isTile = ({ is_folded, archived_at }: Member): boolean =>
  !is_folded && archived_at === null;
