/** What was deleted in the last 30 days, and the way back. */
import { useCallback } from "react";

import {
  toProblem,
  useImages,
  useMoreImages,
  useNewest,
  useRestoreImages,
  type Image,
} from "@/api";
import { ImageGrid } from "@/components/gallery/ImageGrid";
import { SelectionBar } from "@/components/gallery/SelectionBar";
import { picturesInWords } from "@/components/gallery/use-delete-with-undo";
import { useSelection } from "@/components/gallery/use-selection";
import {
  Button,
  EmptyState,
  ErrorState,
  GridSkeleton,
  RestoreIcon,
  TrashIcon,
  useToast,
} from "@/ui";

const KEPT_DAYS = 30;
const DAY_MS = 86_400_000;
const NONE: readonly Image[] = [];

/** "29 days left", counted down to the moment it is removed for good. */
export const timeLeft = (deletedAt: string, now: number): string => {
  const days = Math.ceil((Date.parse(deletedAt) + KEPT_DAYS * DAY_MS - now) / DAY_MS);
  if (days <= 0) return "Removed today";
  return days === 1 ? "1 day left" : `${days} days left`;
};

const noteFor = (image: Image): string =>
  image.deleted_at === null ? "" : timeLeft(image.deleted_at, Date.now());

const useRestore = () => {
  const { mutateAsync: restore } = useRestoreImages();
  const toast = useToast();
  // By promise: callbacks of mutate() are dropped with the grid, which goes with its last picture.
  return (images: readonly Image[]) =>
    void restore(images).then(
      () => toast.show({ message: `${picturesInWords(images.length)} back in your timeline` }),
      (error: unknown) => toast.show({ tone: "error", message: toProblem(error).detail }),
    );
};

const Empty = () => (
  <EmptyState
    picture={<TrashIcon className="size-14 text-muted" />}
    title="Nothing was deleted lately"
  >
    <p>Pictures you delete wait here for {KEPT_DAYS} days, in case you change your mind.</p>
  </EmptyState>
);

const DeletedGrid = ({
  images,
  onNearEnd,
}: {
  images: readonly Image[];
  onNearEnd: () => void;
}) => {
  const { selection, selected, select } = useSelection(images, { isPaused: false });
  const restore = useRestore();
  return (
    <>
      {selected.length > 0 && (
        <SelectionBar count={selected.length} onClear={() => select({ type: "clear" })}>
          <Button look="primary" icon={<RestoreIcon />} onClick={() => restore(selected)}>
            Restore
          </Button>
        </SelectionBar>
      )}
      <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-3 pb-3">
        <p className="max-w-prose text-muted">
          Pictures stay here for {KEPT_DAYS} days after you delete them, and only you see them. Then
          the original and everything made from it are removed for good. Select the ones you want
          back.
        </p>
        {selected.length === 0 && (
          <Button onClick={() => select({ type: "toggleAll", ids: images.map(({ id }) => id) })}>
            Select all
          </Button>
        )}
      </div>
      <ImageGrid
        label="Deleted pictures"
        images={images}
        selection={selection}
        onSelect={select}
        onOpen={null}
        openId={null}
        onNearEnd={onNearEnd}
        noteFor={noteFor}
      />
    </>
  );
};

export const TrashPage = () => {
  const list = useImages({ deleted: true });
  const { loadMore, error } = useMoreImages({ deleted: true });
  useNewest({ deleted: true, enabled: list.isSuccess });
  const images = list.data?.images ?? NONE;
  const hasMore = typeof list.data?.next_cursor === "string";
  const hasFailed = error !== null;
  const onNearEnd = useCallback(() => {
    if (hasMore && !hasFailed) loadMore();
  }, [hasMore, hasFailed, loadMore]);

  if (list.isPending) return <GridSkeleton />;
  if (list.isError) {
    return (
      <ErrorState
        title="The deleted pictures could not be loaded"
        detail={toProblem(list.error).detail}
        onRetry={() => void list.refetch()}
        busy={list.isFetching}
      />
    );
  }
  if (images.length === 0 && !hasMore) return <Empty />;
  return <DeletedGrid images={images} onNearEnd={onNearEnd} />;
};
