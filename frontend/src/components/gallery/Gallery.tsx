/** A list of images as a grid with a selection, in each of its states: loading, failed, empty, loaded in part. */
import type { ReactNode } from "react";

import { toProblem, type Image } from "@/api";
import { ErrorState, GridSkeleton, Spinner, VisuallyHidden } from "@/ui";

import { ImageGrid } from "./ImageGrid";
import { SelectionBar } from "./SelectionBar";
import type { ImageList } from "./use-image-list";
import { useSelection } from "./use-selection";

export type GallerySelection = {
  selected: readonly Image[];
  selectAll: () => void;
  deleteSelected: () => void;
};

type GalleryProps = {
  list: ImageList;
  label: string;
  failedTitle: string;
  /** Instead of a grid without images. */
  empty: ReactNode;
  /** The buttons for what is selected. */
  actions: (selection: GallerySelection) => ReactNode;
  /** Above the grid. */
  intro?: (selection: GallerySelection) => ReactNode;
  /** Null: a click selects. */
  onOpen: ((id: string) => void) | null;
  /** The image in the viewer, which has the keys meanwhile. */
  openId?: string | null;
  /** Absent: the Delete key does nothing. */
  onDelete?: (images: readonly Image[]) => void;
  noteFor?: (image: Image) => string;
};

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

export const Gallery = (props: GalleryProps) => {
  const { list, actions, intro, onOpen, openId = null, onDelete, noteFor } = props;
  const { query, images, hasMore } = list;
  const { selection, selected, select, deleteSelected } = useSelection(images, {
    isPaused: openId !== null,
    ...(onDelete ? { onDelete } : {}),
  });

  if (query.isPending) return <GridSkeleton />;
  if (query.isError) {
    return (
      <ErrorState
        title={props.failedTitle}
        detail={toProblem(query.error).detail}
        onRetry={() => void query.refetch()}
        busy={query.isFetching}
      />
    );
  }
  if (images.length === 0 && !hasMore) return props.empty;
  const forCaller: GallerySelection = {
    selected,
    selectAll: () => select({ type: "toggleAll", ids: images.map(({ id }) => id) }),
    deleteSelected,
  };
  return (
    <>
      {selected.length > 0 && (
        <SelectionBar count={selected.length} onClear={() => select({ type: "clear" })}>
          {actions(forCaller)}
        </SelectionBar>
      )}
      {intro?.(forCaller)}
      <ImageGrid
        label={props.label}
        images={images}
        selection={selection}
        onSelect={select}
        onOpen={onOpen}
        openId={openId}
        onNearEnd={list.onNearEnd}
        {...(onDelete ? { onDelete: (image: Image) => onDelete([image]) } : {})}
        {...(noteFor ? { noteFor } : {})}
      />
      {hasMore && <More {...list.more} />}
    </>
  );
};
