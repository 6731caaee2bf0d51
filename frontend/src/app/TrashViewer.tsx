/** The viewer above Recently deleted, which goes through what is there. */
import { useEffect } from "react";

import { useDeletedImages, useMoreDeleted } from "@/api";

import { ViewerWith, type OverGrid } from "./ViewerLayer";

/** So many before the last one that is loaded, the next page is asked for. */
const AHEAD = 24;

export const TrashViewer = (props: OverGrid) => {
  const { data } = useDeletedImages();
  const { loadMore } = useMoreDeleted();
  const images = data?.images ?? [];
  const hasMore = typeof data?.next_cursor === "string";
  const at = images.findIndex(({ id }) => id === props.imageId);
  const isNearEnd = hasMore && at >= images.length - AHEAD;
  useEffect(() => {
    if (isNearEnd) loadMore();
  }, [isNearEnd, loadMore]);
  return (
    <ViewerWith
      {...props}
      view="trash"
      neighbours={{ images, before: 0, total: hasMore ? null : images.length }}
    />
  );
};
