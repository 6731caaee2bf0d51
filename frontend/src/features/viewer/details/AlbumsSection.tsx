/** Which albums the picture is in, as links to them, and the way into another one. */
import { Link } from "wouter";

import type { ImageDetail } from "@/api";
import { AddToAlbumIcon, AlbumsIcon, Button } from "@/ui";

type AlbumsSectionProps = { albums: ImageDetail["albums"]; onAdd: () => void };

export const AlbumsSection = ({ albums, onAdd }: AlbumsSectionProps) => (
  <section>
    <h3 className="text-sm text-muted">Albums</h3>
    {albums.length > 0 && (
      <ul className="-mx-2">
        {albums.map(({ id, title }) => (
          <li key={id}>
            <Link
              href={`/albums/${id}`}
              className="flex min-h-10 items-center gap-2.5 rounded-xl px-2 hover:bg-hover"
            >
              <AlbumsIcon className="size-5 text-muted" />
              {title}
            </Link>
          </li>
        ))}
      </ul>
    )}
    <Button look="quiet" icon={<AddToAlbumIcon />} onClick={onAdd} className="-ml-4.5">
      Add to album
    </Button>
  </section>
);
