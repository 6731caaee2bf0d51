/** A list of images as a grid with a selection, in each of its states: loading, failed, empty, loaded in part. */
import { lazy, Suspense, type ComponentType, type ReactNode } from "react";

import { toProblem, type ListedImage } from "@/api";
import { ErrorState, GridSkeleton, Spinner, VisuallyHidden } from "@/ui";

import type { GalleryList } from "./gallery-list";
import { ImageGrid, type GridControl } from "./ImageGrid";
import { useRefreshExpiredUrl } from "./refresh-expired-url";
import type { OpenImage } from "./use-grid-focus";
import { useSelection } from "./use-selection";

const SelectionBar = lazy(async () => ({
  default: (await import("./SelectionBar")).SelectionBar,
}));

export type GallerySelection = {
  selected: readonly ListedImage[];
  /** All of the list, loaded or not, up to what can be changed at once. */
  selectAll: () => void;
  /** Does something with what is selected, and gives the selection up; when that fails it is there again. */
  act: (run: (images: readonly ListedImage[]) => Promise<unknown>) => void;
};

type GalleryProps = {
  list: GalleryList;
  label: string;
  failedTitle: string;
  /** Instead of a grid without images. */
  empty: ReactNode;
  /** The buttons for what is selected. May be lazy: nothing of it is needed before. */
  actions: ComponentType<GallerySelection>;
  /** Above the grid. */
  intro?: (selection: GallerySelection) => ReactNode;
  /** Where its pictures are opened: they have addresses below it. */
  path?: string;
  /** Null: a click selects. */
  onOpen: ((id: string) => void) | null;
  /** The image in the viewer, which has the keys meanwhile. */
  open?: OpenImage | null;
  /** Absent: the Delete key does nothing. */
  onDelete?: (images: readonly ListedImage[]) => Promise<unknown>;
  noteFor?: (image: ListedImage) => ReactNode;
  /** Each entry of the history has its own place in this gallery. */
  keepsPlace?: boolean;
  /** What stands beside the grid and moves it. */
  beside?: (control: GridControl) => ReactNode;
};

const alreadyTold = (): void => undefined;

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
  const { list, actions: Actions, intro, onOpen, open = null, onDelete, noteFor } = props;
  const { query, more } = list;
  const { selection, selected, select, extend, selectAll, act } = useSelection(list, {
    isPaused: open !== null,
    ...(onDelete ? { onDelete } : {}),
  });

  const onFailed = useRefreshExpiredUrl();

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
  if (list.isEmpty) return props.empty;
  const forCaller: GallerySelection = { selected, selectAll, act };
  return (
    <>
      {selected.length > 0 && (
        <Suspense fallback={null}>
          <SelectionBar selected={selected} onClear={() => select({ type: "clear" })}>
            <Actions {...forCaller} />
          </SelectionBar>
        </Suspense>
      )}
      {intro?.(forCaller)}
      <ImageGrid
        label={props.label}
        list={list}
        selection={selection}
        onSelect={select}
        onExtend={extend}
        onFailed={onFailed}
        onOpen={onOpen}
        open={open}
        path={props.path ?? ""}
        keepsPlace={props.keepsPlace ?? false}
        {...(onDelete
          ? { onDelete: (image: ListedImage) => void onDelete([image]).catch(alreadyTold) }
          : {})}
        {...(noteFor ? { noteFor } : {})}
        {...(props.beside ? { beside: props.beside } : {})}
      />
      {more && <More {...more} />}
    </>
  );
};
