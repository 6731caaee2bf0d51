/** The viewer above Recently deleted, which goes through what is there. */
import { useDeletedImages, useMoreDeleted } from "@/api";

import { useLoadAhead } from "./use-load-ahead";
import { ViewerWith, type OverGrid } from "./ViewerLayer";

/** So many before the last one that is loaded, the next page is asked for. */
const AHEAD = 24;

export const TrashViewer = (props: OverGrid) => {
  const { data } = useDeletedImages();
  const { loadMore } = useMoreDeleted();
  const images = data?.images ?? [];
  const hasMore = typeof data?.next_cursor === "string";
  useLoadAhead(props.imageId, { images, hasMore, loadMore, ahead: AHEAD });
  return (
    <ViewerWith
      {...props}
      view="trash"
      neighbours={{ images, before: 0, total: hasMore ? null : images.length }}
    />
  );
};
