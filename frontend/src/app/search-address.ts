/** The address of a search. */
import { useSearchParams } from "wouter";

import { SAVED } from "@/components/searches/saved-address";

export const SEARCH = "/search";

export const searchAddress = (q: string): string => `${SEARCH}?q=${encodeURIComponent(q)}`;

/** What the address asks for. */
export const useQueryText = (): string => useSearchParams()[0].get("q")?.trim() ?? "";

/** The saved search that the address names; null: none. */
export const useSavedId = (): string | null => useSearchParams()[0].get(SAVED);
