/** A person's pictures, newest first. */
import { useCallback, useMemo } from "react";

import {
  isUnfinished,
  toProblem,
  useImages,
  useMoreImages,
  useNewest,
  useUnfinished,
  type Image,
} from "@/api";
import { ImageGrid } from "@/components/gallery/ImageGrid";
import { SelectionBar } from "@/components/gallery/SelectionBar";
import { useDeleteWithUndo } from "@/components/gallery/use-delete-with-undo";
import { useSelection } from "@/components/gallery/use-selection";
import {
  Button,
  EmptyState,
  ErrorState,
  GridSkeleton,
  PlusIcon,
  Spinner,
  TrashIcon,
  VisuallyHidden,
} from "@/ui";

import { EmptyTimelineArt } from "./EmptyTimelineArt";

type TimelineProps = {
  openId: string | null;
  onOpen: (id: string) => void;
  onUpload: () => void;
};

const NONE: readonly Image[] = [];

const NothingYet = ({ onUpload }: { onUpload: () => void }) => (
  <EmptyState
    picture={<EmptyTimelineArt />}
    title={
      // Nothing can be dropped with a finger.
      window.matchMedia("(pointer: coarse)").matches
        ? "Add your first pictures"
        : "Drop pictures anywhere"
    }
    actions={
      <Button look="primary" icon={<PlusIcon />} onClick={onUpload}>
        Choose pictures
      </Button>
    }
  >
    <p>
      They are kept in your own private storage, as they are, and show up here by the day they were
      taken.
    </p>
  </EmptyState>
);

type MoreProps = { isLoading: boolean; error: Error | null; onRetry: () => void };

/** What stands below the last picture. */
const More = ({ isLoading, error, onRetry }: MoreProps) => {
  if (error) {
    return (
      <ErrorState
        title="Older pictures could not be loaded"
        detail={toProblem(error).detail}
        onRetry={onRetry}
      />
    );
  }
  return (
    <div role="status" className="flex h-20 items-center justify-center text-muted">
      {isLoading && (
        <>
          <Spinner />
          <VisuallyHidden>Loading older pictures</VisuallyHidden>
        </>
      )}
    </div>
  );
};

export const Timeline = ({ openId, onOpen, onUpload }: TimelineProps) => {
  const list = useImages({ deleted: false });
  const more = useMoreImages({ deleted: false });
  useNewest({ deleted: false, enabled: list.isSuccess });
  const images = list.data?.images ?? NONE;
  const unfinished = useMemo(() => images.filter(isUnfinished).map(({ id }) => id), [images]);
  useUnfinished(unfinished);

  const deleteWithUndo = useDeleteWithUndo();
  const { selection, selected, select, deleteSelected } = useSelection(images, {
    isPaused: openId !== null,
    onDelete: deleteWithUndo,
  });
  const hasMore = typeof list.data?.next_cursor === "string";
  const { loadMore, error } = more;
  const hasFailed = error !== null;
  const onNearEnd = useCallback(() => {
    if (hasMore && !hasFailed) loadMore();
  }, [hasMore, hasFailed, loadMore]);

  if (list.isPending) return <GridSkeleton />;
  if (list.isError) {
    return (
      <ErrorState
        title="Your pictures could not be loaded"
        detail={toProblem(list.error).detail}
        onRetry={() => void list.refetch()}
        busy={list.isFetching}
      />
    );
  }
  if (images.length === 0 && !hasMore) return <NothingYet onUpload={onUpload} />;
  return (
    <>
      {selected.length > 0 && (
        <SelectionBar count={selected.length} onClear={() => select({ type: "clear" })}>
          <Button look="quiet" icon={<TrashIcon />} onClick={deleteSelected}>
            Delete
          </Button>
        </SelectionBar>
      )}
      <ImageGrid
        label="Your pictures, newest first"
        images={images}
        selection={selection}
        onSelect={select}
        onOpen={onOpen}
        openId={openId}
        onDelete={(image) => deleteWithUndo([image])}
        onNearEnd={onNearEnd}
      />
      {hasMore && <More isLoading={more.isPending} error={error} onRetry={loadMore} />}
    </>
  );
};
