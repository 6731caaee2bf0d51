/** All albums, the one that was changed last first. */
import { useState } from "react";
import { Link, useLocation } from "wouter";

import {
  toProblem,
  useAlbums,
  useMakeAlbum,
  useSavedSearches,
  useSharedAlbums,
  type Album,
} from "@/api";
import { AlbumCover } from "@/components/albums/AlbumCover";
import { spanInWords } from "@/components/albums/album-words";
import { SavedSearchTile } from "@/components/searches/SavedSearchTile";
import { Badge } from "@/components/settings/Badge";
import { picturesInWords } from "@/locale";
import {
  AlbumsIcon,
  Button,
  buttonClass,
  EmptyState,
  ErrorState,
  PlusIcon,
  usePageTitle,
  VisuallyHidden,
} from "@/ui";

import { AlbumDialog } from "./AlbumDialog";

const grid =
  "grid grid-cols-2 gap-x-4 gap-y-6 sm:grid-cols-[repeat(auto-fill,minmax(12rem,1fr))] sm:gap-x-5";

const Skeleton = () => (
  <div role="status" className={`${grid} animate-breathe`}>
    <VisuallyHidden>Loading your albums</VisuallyHidden>
    {Array.from({ length: 6 }, (_, index) => (
      <div key={index} aria-hidden="true">
        <div className="aspect-square rounded-2xl bg-sunken" />
        <div className="mt-3 h-4 w-28 rounded-full bg-sunken" />
        <div className="mt-2 h-3.5 w-20 rounded-full bg-sunken" />
      </div>
    ))}
  </div>
);

const AlbumCard = ({ album }: { album: Album }) => {
  const span = spanInWords(album);
  return (
    <li className="[contain-intrinsic-size:auto_17rem] [content-visibility:auto]">
      <Link href={`/albums/${album.id}`} className="group block rounded-2xl">
        <span className="relative block aspect-square overflow-hidden rounded-2xl bg-sunken">
          <AlbumCover album={album} icon="size-10" />
        </span>
        <span className="mt-2 line-clamp-2 font-medium group-hover:underline">{album.title}</span>
        <span className="block text-sm text-muted">
          {picturesInWords(album.count)}
          {span !== null && <span className="block">{span}</span>}
        </span>
      </Link>
    </li>
  );
};

const Empty = ({ onNew }: { onNew: () => void }) => (
  <EmptyState
    picture={<AlbumsIcon className="size-14 text-muted" />}
    title="No albums yet"
    actions={
      <Button look="primary" icon={<PlusIcon />} onClick={onNew}>
        New album
      </Button>
    }
  >
    <p>
      An album brings pictures together that belong together, such as those of a journey. They stay
      in your timeline, and one picture can be in many albums.
    </p>
  </EmptyState>
);

const List = ({ onNew }: { onNew: () => void }) => {
  const albums = useAlbums();
  const saved = useSavedSearches().data ?? [];
  if (albums.isPending) return <Skeleton />;
  if (!albums.data) {
    return (
      <ErrorState
        title="Your albums could not be loaded"
        detail={toProblem(albums.error).detail}
        onRetry={() => void albums.refetch()}
        busy={albums.isFetching}
      />
    );
  }
  if (albums.data.length + saved.length === 0) return <Empty onNew={onNew} />;
  return (
    <ul aria-label="Your albums" className={grid}>
      {saved.map((search) => (
        <SavedSearchTile key={search.id} search={search} />
      ))}
      {albums.data.map((album) => (
        <AlbumCard key={album.id} album={album} />
      ))}
    </ul>
  );
};

export const AlbumsPage = () => {
  const [, navigate] = useLocation();
  const [isMaking, setIsMaking] = useState(false);
  const make = useMakeAlbum();
  const count = (useAlbums().data?.length ?? 0) + (useSavedSearches().data?.length ?? 0);
  const shared = useSharedAlbums().data;
  const hasNews =
    (shared?.invitations.length ?? 0) > 0 ||
    shared?.albums.some((album) => album.has_news) === true;
  usePageTitle("Albums");
  const open = () => {
    make.reset();
    setIsMaking(true);
  };
  return (
    <>
      <div className="flex min-h-16 flex-wrap items-center justify-between gap-x-4">
        <h1 className="py-3 text-2xl font-semibold tracking-tight">Albums</h1>
        <div className="-ml-4 flex items-center gap-2 pb-4 sm:m-0 sm:p-0">
          <Link href="/shared-with-me" className={buttonClass("quiet")}>
            Shared with me
            {hasNews && <Badge tone="accent">New</Badge>}
          </Link>
          {count > 0 && (
            <Button icon={<PlusIcon />} onClick={open}>
              New album
            </Button>
          )}
        </div>
      </div>
      <List onNew={open} />
      {isMaking && (
        <AlbumDialog
          title="New album"
          action="Create"
          doing={make}
          onSubmit={(album) =>
            make.mutate(album, { onSuccess: ({ id }) => navigate(`/albums/${id}`) })
          }
          onClose={() => setIsMaking(false)}
        />
      )}
    </>
  );
};
