/** The pictures of an album that is ordered by hand or begins with its oldest ones: one list from its first picture on. */
import { useCallback, useMemo, type ReactNode } from "react";

import {
  isUnfinished,
  stretchOf,
  useImagesInView,
  useKnownImages,
  useOrderedAlbum,
  useUnfinished,
  type Album,
  type ListedImage,
} from "@/api";
import { Gallery } from "@/components/gallery/Gallery";
import type { GalleryList, Near } from "@/components/gallery/gallery-list";
import { useChangeWithUndo } from "@/components/gallery/use-change-with-undo";

import { AlbumActions } from "./AlbumActions";

const Loader = ({ ids }: Near) => {
  useImagesInView(ids);
  const known = useKnownImages();
  useUnfinished(
    ids.filter((id) => {
      const image = known.get(id);
      return image !== undefined && isUnfinished(image);
    }),
  );
  return null;
};

const everything = () => true;
/** In the order of a person's own, days have no part. */
const noDay = () => "";

const useOrderedList = ({ id, order }: Album): GalleryList => {
  const album = useOrderedAlbum(id, order);
  const { rows, hasMore, loadMore, moreError } = album;
  const hasFailed = moreError !== null;
  const onNearEnd = useCallback(() => {
    if (hasMore && !hasFailed) loadMore();
  }, [hasMore, hasFailed, loadMore]);
  const sections = useMemo(
    () => [
      {
        key: "all",
        buckets: [],
        count: rows.length,
        images: rows,
        ...(order === "manual" ? { dayOf: noDay } : {}),
      },
    ],
    [rows, order],
  );
  return {
    query: album.query,
    isEmpty: rows.length === 0 && !hasMore,
    sections,
    all: useCallback(() => rows, [rows]),
    covers: everything,
    loadBetween: useCallback(
      (from: ListedImage, to: ListedImage, limit: number) =>
        Promise.resolve(stretchOf(rows, from, to, limit)),
      [rows],
    ),
    loadFirst: album.loadFirst,
    known: useKnownImages(),
    more: hasMore
      ? { isLoading: album.isLoadingMore, error: moreError, onRetry: loadMore, onNearEnd }
      : null,
    loader: Loader,
  };
};

type OrderedAlbumProps = {
  album: Album;
  empty: ReactNode;
  openId: string | null;
  onOpen: (id: string) => void;
};

export const OrderedAlbum = ({ album, empty, openId, onOpen }: OrderedAlbumProps) => {
  const list = useOrderedList(album);
  const { change } = useChangeWithUndo();
  const onDelete = useCallback(
    (images: readonly ListedImage[]) => change("delete", images).answer,
    [change],
  );
  return (
    <Gallery
      list={list}
      label={
        album.order === "manual"
          ? "Pictures of the album, in the order of your own"
          : "Pictures of the album, oldest first"
      }
      failedTitle="The pictures of the album could not be loaded"
      empty={empty}
      actions={AlbumActions}
      path={`/albums/${album.id}`}
      onOpen={onOpen}
      open={openId === null ? null : { id: openId, at: null }}
      onDelete={onDelete}
      keepsPlace
    />
  );
};
