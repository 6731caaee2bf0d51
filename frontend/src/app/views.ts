/** The timelines of a person, each on a page of its own. */
import type { View } from "@/api";

export const VIEWS: Readonly<Partial<Record<string, View>>> = {
  "/": "timeline",
  "/favourites": "favourites",
  "/archive": "archive",
};
