/** Taking an import back: what it added goes to Recently deleted, and its albums go. As scripts/importer/undo.py. */
import { ApiProblem } from "@/api";

import type { ImportApi, Library } from "./import-api";
import type { Journal } from "./journal";

export type Undone = { pictures: number; albums: number };

const AT_ONCE = 1000;

/**
 * Takes back what the journal says that this import added, as far as it is still there. Pictures that the library had
 * before stay as they are now. Safe to repeat. @throws ApiProblem
 */
export const undoImport = async (api: ImportApi, journal: Journal): Promise<Undone> => {
  await takeOutOfAlbums(api, journal);
  // By what the library has, since a page may have been closed before it noted what arrived.
  const library = (await api.library()).filter(({ isDeleted }) => !isDeleted);
  const isOurs = ({ sha256, createdAt }: Library) => journal.hasAdded(sha256, createdAt);
  const there = library.filter(isOurs);
  const others = library.filter((each) => each.state === "joined" && !isOurs(each));
  await partFromStills(api, there, new Set(others.map(({ id }) => id)));
  const ids = there.map(({ id }) => id);
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    await api.batch({ action: "delete", images: { ids: ids.slice(at, at + AT_ONCE) } });
  }
  let albums = 0;
  for (const { albumId, isNew } of journal.albums) {
    if (isNew && (await deleteIfOurs(api, journal, albumId))) albums += 1;
  }
  await journal.forget();
  api.refresh();
  return { pictures: ids.length, albums };
};

/** Videos of Live Photos go with their stills: those that the library had before become videos of their own again. */
const partFromStills = async (
  api: ImportApi,
  stills: readonly Library[],
  videos: ReadonlySet<string>,
): Promise<void> => {
  if (videos.size === 0) return;
  for (const { id, hasMotion } of stills) {
    const video = hasMotion ? (await api.show(id)).moving_part_id : null;
    if (video === null || !videos.has(video)) continue;
    // What is deleted without its still is parted from it.
    await api.batch({ action: "delete", images: { ids: [video] } });
    await api.batch({ action: "restore", images: { ids: [video] } });
  }
};

/** From albums that were there before. */
const takeOutOfAlbums = async (api: ImportApi, journal: Journal): Promise<void> => {
  const added = journal.albums.filter((album) => !album.isNew && album.added.length > 0);
  if (added.length === 0) return;
  const there = new Set((await api.albums()).map(({ id }) => id));
  for (const { albumId, added: ids } of added) {
    if (!there.has(albumId)) continue;
    const change = { action: "remove_from_album", album_id: albumId } as const;
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      await api.batchEach(change, ids.slice(at, at + AT_ONCE), (error) => {
        throw error;
      });
    }
  }
};

/** What is in Recently deleted is not listed: what is left was there before, or a person has put it there. */
const deleteIfOurs = async (
  api: ImportApi,
  journal: Journal,
  albumId: string,
): Promise<boolean> => {
  const ours = new Set([...journal.pictures.values()].map(({ imageId }) => imageId));
  try {
    const { ids, isAll } = await api.albumImages(albumId);
    if (!isAll || !ids.every((id) => ours.has(id))) return false;
    await api.deleteAlbum(albumId);
    return true;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return false;
    throw error;
  }
};
