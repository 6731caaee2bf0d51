/** The address of a search. */
import { useSearchParams } from "wouter";

export const SEARCH = "/search";

export const searchAddress = (q: string): string => `${SEARCH}?q=${encodeURIComponent(q)}`;

/** What the address asks for. */
export const useQueryText = (): string => useSearchParams()[0].get("q")?.trim() ?? "";
