/** Goes on loading a list while the viewer is above it, before its end is reached. */
import { useEffect } from "react";

type List = {
  /** What is loaded. */
  images: readonly { id: string }[];
  hasMore: boolean;
  loadMore: () => void;
  /** So many before the last one that is loaded, the next page is asked for. */
  ahead: number;
};

export const useLoadAhead = (imageId: string, { images, hasMore, loadMore, ahead }: List): void => {
  const at = images.findIndex(({ id }) => id === imageId);
  const isNearEnd = hasMore && at >= images.length - ahead;
  useEffect(() => {
    if (isNearEnd) loadMore();
  }, [isNearEnd, loadMore]);
};
