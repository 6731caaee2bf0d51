/** The timelines of a person and the albums, each on a page of its own. */
import { albumView, type MainView, type View } from "@/api";

export const VIEWS: Readonly<Partial<Record<string, MainView>>> = {
  "/": "timeline",
  "/favourites": "favourites",
  "/archive": "archive",
};

export const DELETED = "/deleted";

const ALBUM = /^\/albums\/(?<id>[^/]+)$/;

/** What a page shows by days, if it does. */
export const viewAt = (path: string): View | undefined => {
  const id = ALBUM.exec(path)?.groups?.["id"];
  return id === undefined ? VIEWS[path] : albumView(id);
};
