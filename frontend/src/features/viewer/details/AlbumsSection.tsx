/** Links to the albums of a picture, and a button to add it to another one. */
import { Link } from "wouter";

import type { ImageDetail } from "@/api";
import { AddToAlbumIcon, AlbumsIcon, Button, CloseIcon, IconButton } from "@/ui";

export type AlbumOfImage = ImageDetail["albums"][number];

type AlbumsSectionProps = {
  albums: readonly AlbumOfImage[];
  onAdd: () => void;
  onRemove: (album: AlbumOfImage) => void;
};

export const AlbumsSection = ({ albums, onAdd, onRemove }: AlbumsSectionProps) => (
  <section>
    <h3 className="text-sm text-muted">Albums</h3>
    {albums.length > 0 && (
      <ul className="-mx-2">
        {albums.map((album) => (
          <li key={album.id} className="flex items-center gap-1">
            <Link
              href={`/albums/${album.id}`}
              className="flex min-h-10 min-w-0 grow items-center gap-2.5 rounded-xl px-2 hover:bg-hover"
            >
              <AlbumsIcon className="size-5 shrink-0 text-muted" />
              <span className="min-w-0 [overflow-wrap:anywhere]">{album.title}</span>
            </Link>
            <IconButton label={`Remove from ${album.title}`} onClick={() => onRemove(album)}>
              <CloseIcon className="size-4 text-muted" />
            </IconButton>
          </li>
        ))}
      </ul>
    )}
    <Button look="quiet" icon={<AddToAlbumIcon />} onClick={onAdd} className="-ml-4.5">
      Add to album
    </Button>
  </section>
);
