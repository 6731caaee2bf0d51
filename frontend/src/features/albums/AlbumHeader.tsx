/** Header of an album: title, description, number of pictures, and dates. */
import { Link } from "wouter";

import { albumView, useTimeline, type Album } from "@/api";
import { spanInWords } from "@/components/albums/album-words";
import { picturesInWords } from "@/locale";
import { ChevronLeftIcon } from "@/ui";

import { AlbumMenu } from "./AlbumMenu";
import { OrderSelect } from "./OrderSelect";
import { ShareAlbumButton } from "./ShareAlbumButton";

export const AlbumHeader = ({ album }: { album: Album }) => {
  // Of what is shown below, which is right at once when pictures are added or removed.
  const count = useTimeline(albumView(album.id)).data?.count ?? album.count;
  const span = count === 0 ? null : spanInWords(album);
  return (
    <header className="pt-1 pb-4">
      <Link
        href="/albums"
        className="-ml-2 inline-flex h-10 items-center gap-1 rounded-full pr-3 pl-1 text-muted hover:text-ink"
      >
        <ChevronLeftIcon />
        Albums
      </Link>
      <div className="flex items-start justify-between gap-4">
        <h1 className="text-2xl font-semibold tracking-tight">{album.title}</h1>
        <div className="flex shrink-0 items-center gap-1">
          <ShareAlbumButton album={album} />
          <AlbumMenu album={album} />
        </div>
      </div>
      <div className="mt-1 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <p className="text-muted">
          {picturesInWords(count)}
          {span !== null && ` · ${span}`}
        </p>
        {count > 1 && <OrderSelect album={album} />}
      </div>
      {album.description !== "" && (
        <p className="mt-2 max-w-prose whitespace-pre-wrap">{album.description}</p>
      )}
    </header>
  );
};
