/** A list of images as a gallery shows it: what is loaded so far, and the next page when its end comes near. */
import { useCallback } from "react";

import { useImages, useMoreImages, useNewest, type Image } from "@/api";

const NONE: readonly Image[] = [];

export const useImageList = ({ deleted }: { deleted: boolean }) => {
  const query = useImages({ deleted });
  const { loadMore, error, isPending } = useMoreImages({ deleted });
  useNewest({ deleted, enabled: query.isSuccess });
  const hasMore = typeof query.data?.next_cursor === "string";
  const hasFailed = error !== null;
  const onNearEnd = useCallback(() => {
    if (hasMore && !hasFailed) loadMore();
  }, [hasMore, hasFailed, loadMore]);
  return {
    query,
    images: query.data?.images ?? NONE,
    hasMore,
    more: { isLoading: isPending, error, onRetry: loadMore },
    onNearEnd,
  };
};

export type ImageList = ReturnType<typeof useImageList>;
