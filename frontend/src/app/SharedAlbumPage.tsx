/** An album of somebody else's, as whoever is in it sees it; or one's own with what others added. */
import { useMemo, type SyntheticEvent } from "react";
import { createPortal } from "react-dom";

import { MemberVisit, type SharedImage } from "@/api";
import { ImageGrid } from "@/components/gallery/ImageGrid";
import { SelectionBar, SelectionButton } from "@/components/gallery/SelectionBar";
import { useSelection } from "@/components/gallery/use-selection";
import {
  ClosedAlbum,
  PictureActions,
  SharedAlbumHeader,
  useRemoval,
  useSaving,
  wordsOfPicture,
} from "@/features/shared-albums";
import { SharedViewer, useSharedGallery } from "@/features/visitor/parts";
import { ErrorState, RemoveFromAlbumIcon, SaveToLibraryIcon, Spinner, usePageTitle } from "@/ui";

import { OpenedVisit } from "./OpenedVisit";
import { SHARED_WITH_ME } from "./views";

type SharedAlbumPageProps = {
  id: string;
  openId: string | null;
  onOpen: (id: string) => void;
  onShow: (id: string) => void;
  onClose: () => void;
};

type PicturesProps = SharedAlbumPageProps & {
  visit: MemberVisit;
  onClosed: () => void;
  onChanged: () => void;
};

const Pictures = (props: PicturesProps) => {
  const { visit, id, openId, onOpen, onShow, onClose, onClosed, onChanged } = props;
  const { album } = visit;
  const gallery = useSharedGallery(visit, onClosed);
  const { list } = gallery;
  const { selection, selected, select, extend } = useSelection(list, { isPaused: openId !== null });
  const saving = useSaving(id, "album");
  const mayTakeOut = album.role !== "viewer";
  const open = useMemo(() => (openId === null ? null : { id: openId, at: null }), [openId]);
  usePageTitle(album.title);
  const noteLoaded = ({ target }: SyntheticEvent) => {
    if (target instanceof HTMLImageElement) visit.noteLoaded(target.src);
  };
  const { remove, question } = useRemoval(album, {
    onRemoved: () => {
      select({ type: "clear" });
      if (openId !== null) onClose();
    },
    onChanged,
  });
  const more = (image: SharedImage) => {
    const { lines, isMine, canSave, hasOriginal } = wordsOfPicture(image, album);
    return {
      lines,
      actions: (
        <PictureActions
          visit={visit}
          imageId={image.id}
          hasOriginal={hasOriginal}
          onSave={canSave ? () => void saving.start([image.id]) : null}
          onRemove={isMine ? () => remove([image.id]) : null}
        />
      ),
    };
  };
  return (
    <div className="timeline-page sm:pr-6" onLoadCapture={noteLoaded}>
      <SharedAlbumHeader album={album} />
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
          {mayTakeOut && (
            <SelectionButton
              icon={<RemoveFromAlbumIcon />}
              short="Remove"
              onClick={() => remove(selected.map(({ id: each }) => each))}
            >
              Remove from album
            </SelectionButton>
          )}
        </SelectionBar>
      )}
      {list.query.isError && (
        <ErrorState
          title="The pictures could not be loaded"
          detail={list.query.error?.message ?? ""}
          onRetry={() => void list.query.refetch()}
        />
      )}
      {!list.query.isPending && !list.query.isError && list.isEmpty && (
        <p className="py-16 text-center text-muted">There are no pictures here yet.</p>
      )}
      {!list.isEmpty && (
        <ImageGrid
          label={`Pictures of ${album.title}`}
          list={list}
          selection={selection}
          onSelect={select}
          onExtend={extend}
          onFailed={gallery.onFailed}
          path={`${SHARED_WITH_ME}/${id}`}
          onOpen={onOpen}
          open={open}
          keepsPlace={false}
        />
      )}
      {saving.dialog}
      {list.query.isFetching && (
        <div className="flex h-20 items-center justify-center text-muted">
          <Spinner />
        </div>
      )}
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
      {createPortal(question, document.body)}
    </div>
  );
};

const openAlbum = (id: string) => MemberVisit.open(id);

export const SharedAlbumPage = (props: SharedAlbumPageProps) => (
  <OpenedVisit
    key={props.id}
    id={props.id}
    open={openAlbum}
    closed={<ClosedAlbum />}
    failed="The album could not be loaded"
  >
    {(visit, { onClosed, onChanged }) => (
      <Pictures {...props} visit={visit} onClosed={onClosed} onChanged={onChanged} />
    )}
  </OpenedVisit>
);
