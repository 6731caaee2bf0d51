/** A library of somebody else's by months, with a scrubber beside it, as whoever it is shared with sees it. */
import { useMemo, type SyntheticEvent } from "react";
import { createPortal } from "react-dom";

import { LibraryVisit, type SharedImage } from "@/api";
import { ImageGrid } from "@/components/gallery/ImageGrid";
import { SelectionBar, SelectionButton } from "@/components/gallery/SelectionBar";
import { useSelection } from "@/components/gallery/use-selection";
import {
  ClosedLibrary,
  PictureActions,
  SharedLibraryHeader,
  useSaving,
} from "@/features/shared-albums";
import { GoToDate, Scrubber } from "@/features/timeline";
import { SharedViewer } from "@/features/visitor/parts";
import { ErrorState, SaveToLibraryIcon, usePageTitle } from "@/ui";

import { OpenedVisit } from "./OpenedVisit";
import { useLibraryGallery } from "./use-library-gallery";
import { SHARED_LIBRARIES } from "./views";

type SharedLibraryPageProps = {
  id: string;
  openId: string | null;
  onOpen: (id: string) => void;
  onShow: (id: string) => void;
  onClose: () => void;
};

type PicturesProps = SharedLibraryPageProps & { visit: LibraryVisit; onClosed: () => void };

const linesOf = (image: SharedImage): readonly string[] =>
  "place" in image && typeof image.place === "string" ? [image.place] : [];

const hasOriginal = (image: SharedImage): boolean =>
  "has_original" in image && image.has_original === true;

const Pictures = (props: PicturesProps) => {
  const { visit, id, openId, onOpen, onShow, onClose, onClosed } = props;
  const gallery = useLibraryGallery(visit, openId, onClosed);
  const { list } = gallery;
  const { selection, selected, select, extend } = useSelection(list, { isPaused: openId !== null });
  const saving = useSaving(id, "library");
  const open = useMemo(() => (openId === null ? null : { id: openId, at: null }), [openId]);
  usePageTitle(visit.share.title);
  const noteLoaded = ({ target }: SyntheticEvent) => {
    if (target instanceof HTMLImageElement) visit.noteLoaded(target.src);
  };
  const more = (image: SharedImage) => ({
    lines: linesOf(image),
    actions: (
      <PictureActions
        visit={visit}
        imageId={image.id}
        hasOriginal={hasOriginal(image)}
        onSave={() => void saving.start([image.id])}
        onRemove={null}
      />
    ),
  });
  return (
    <div className="timeline-page sm:pr-6" onLoadCapture={noteLoaded}>
      <SharedLibraryHeader library={visit.library} count={visit.timeline.count} />
      {selected.length > 0 && (
        <SelectionBar selected={selected} onClear={() => select({ type: "clear" })} isOwn={false}>
          <SelectionButton
            icon={<SaveToLibraryIcon />}
            short="Save"
            onClick={() => {
              void saving.start(selected.map(({ id: each }) => each));
              select({ type: "clear" });
            }}
          >
            Save to my library
          </SelectionButton>
        </SelectionBar>
      )}
      {list.query.isError && (
        <ErrorState
          title="Some pictures could not be loaded"
          detail={list.query.error?.message ?? ""}
          onRetry={() => void list.query.refetch()}
        />
      )}
      {list.isEmpty ? (
        <p className="py-16 text-center text-muted">There are no pictures here yet.</p>
      ) : (
        <ImageGrid
          label={`${visit.share.title}, newest first`}
          list={list}
          selection={selection}
          onSelect={select}
          onExtend={extend}
          onFailed={gallery.onFailed}
          path={`${SHARED_LIBRARIES}/${id}`}
          onOpen={onOpen}
          open={open}
          keepsPlace={false}
          beside={(control) => (
            <>
              <Scrubber {...control} />
              <GoToDate scroll={control.scroll} isPaused={openId !== null} />
            </>
          )}
        />
      )}
      {saving.dialog}
      {openId !== null &&
        createPortal(
          // The page is inert below the viewer, which is on top of all of it.
          <div className="contents" onLoadCapture={noteLoaded}>
            <SharedViewer
              visit={visit}
              gallery={gallery}
              imageId={openId}
              onShow={onShow}
              onClose={onClose}
              more={more}
            />
          </div>,
          document.body,
        )}
    </div>
  );
};

const openLibrary = (id: string) => LibraryVisit.open(id);

export const SharedLibraryPage = (props: SharedLibraryPageProps) => (
  <OpenedVisit
    key={props.id}
    id={props.id}
    open={openLibrary}
    closed={<ClosedLibrary />}
    failed="The library could not be loaded"
  >
    {(visit, { onClosed }) => <Pictures {...props} visit={visit} onClosed={onClosed} />}
  </OpenedVisit>
);
