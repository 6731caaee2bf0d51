/** Albums of others, to which one may add pictures as a member. */
import { useSharedAlbums, type JoinedAlbum } from "@/api";
import { picturesInWords } from "@/locale";
import { AlbumsIcon } from "@/ui";

import { matchesTitle } from "./matching-albums";
import { showsInWords } from "./shows-in-words";

type SharedAlbumRowsProps = {
  /** Of the title. */
  text: string;
  className: string;
  onChoose: (album: JoinedAlbum) => void;
};

export const SharedAlbumRows = ({ text, className, onChoose }: SharedAlbumRowsProps) => {
  const albums = useSharedAlbums().data?.albums ?? [];
  const found = albums.filter(
    ({ role, title }) => role === "contributor" && matchesTitle(title, text),
  );
  if (found.length === 0) return null;
  return (
    <>
      <p className="px-2 pt-3 pb-1 text-sm font-medium text-muted">Albums of others</p>
      <ul aria-label="Albums of others">
        {found.map((album) => (
          <li key={album.id}>
            <button type="button" data-row onClick={() => onChoose(album)} className={className}>
              <span className="flex size-11 shrink-0 items-center justify-center rounded-lg bg-sunken text-muted">
                <AlbumsIcon className="size-5" />
              </span>
              <span className="min-w-0">
                <span className="block truncate font-medium">{album.title}</span>
                <span className="block truncate text-sm text-muted">
                  {picturesInWords(album.count)} · {album.owner}
                </span>
                <span className="block text-sm text-muted">{showsInWords(album.shows)}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
};
