/** The timelines of a person, the albums and the tags, each on a page of its own. */
import { albumView, tagView, type MainView, type View } from "@/api";

export const VIEWS: Readonly<Partial<Record<string, MainView>>> = {
  "/": "timeline",
  "/favourites": "favourites",
  "/archive": "archive",
};

export const DELETED = "/deleted";
export const SHARED_WITH_ME = "/shared-with-me";
export const SHARED_LIBRARIES = "/shared-with-me/libraries";
export const MAP = "/map";

const COLLECTION = /^\/(?<kind>albums|tags)\/(?<id>[^/]+)$/;

/** What a page shows by days, if it does. */
export const viewAt = (path: string): View | undefined => {
  const { kind, id } = COLLECTION.exec(path)?.groups ?? {};
  if (id === undefined) return VIEWS[path];
  return kind === "tags" ? tagView(id) : albumView(id);
};
