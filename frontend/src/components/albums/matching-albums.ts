/** Finding albums by a part of their title. */
import type { Album } from "@/api";
import { lowerCase } from "@/locale";

/** Without regard to case and accents. */
const plain = (text: string): string => lowerCase(text.normalize("NFD").replace(/\p{M}/gu, ""));

/** Whether a title has this in it. */
export const matchesTitle = (title: string, text: string): boolean =>
  plain(title).includes(plain(text.trim()));

/** The albums whose titles have this in them; those that begin with it come first. */
export const matchingAlbums = (albums: readonly Album[], text: string): readonly Album[] => {
  const wanted = plain(text.trim());
  if (wanted === "") return albums;
  const found = albums.filter(({ title }) => plain(title).includes(wanted));
  const begins = (album: Album) => plain(album.title).startsWith(wanted);
  return [...found.filter(begins), ...found.filter((album) => !begins(album))];
};

/** The album that has this title, without regard to case and accents. */
export const albumTitled = (albums: readonly Album[], title: string): Album | undefined =>
  albums.find((album) => plain(album.title) === plain(title.trim()));
