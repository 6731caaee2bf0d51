/** The address of a saved search: the search itself, and which one it is. */
import type { SavedSearch } from "@/api";

export const SAVED = "saved";

export const savedAddress = ({ id, q }: Pick<SavedSearch, "id" | "q">): string =>
  `/search?q=${encodeURIComponent(q)}&${SAVED}=${id}`;
