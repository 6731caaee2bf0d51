/** Options below the search field: suggestions, or recent searches. */
import { useEffect, useMemo, useState } from "react";

import { useSession, useSuggestions } from "@/api";
import { lowerCase } from "@/locale";

import { clearSearches, recentSearches } from "./recent-searches";
import type { Option } from "./SuggestionRow";

/** While somebody types quickly, not every letter is asked for. */
const PAUSE_MS = 40;
/** Beside suggestions. */
const MAX_RECENT = 2;

const useSettled = (text: string): string => {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
};

const asRecent = (q: string): Option => ({
  q,
  kind: "recent",
  label: q,
  detail: "",
  count: null,
});

/** `isOpen`: nothing is asked while nothing is shown. `clear` forgets what was searched for. */
export const useOptions = (text: string, isOpen: boolean) => {
  const user = useSession().user?.id ?? "";
  const [times, setTimes] = useState(0);
  const settled = useSettled(text);
  // A blank at the end says that a word is whole; one alone says nothing.
  const found = useSuggestions(isOpen && settled.trim() !== "" ? settled.trimStart() : "");
  const options = useMemo((): readonly Option[] => {
    // What is stored is read anew each time that it was cleared.
    if (!isOpen || times < 0) return [];
    const typed = lowerCase(text.trim());
    const recent = recentSearches(user);
    if (typed === "") return recent.map(asRecent);
    const again = recent.filter((q) => lowerCase(q).startsWith(typed) && lowerCase(q) !== typed);
    const known = new Set(again.map(lowerCase));
    return [
      ...again.slice(0, MAX_RECENT).map(asRecent),
      ...found.filter(({ q }) => !known.has(lowerCase(q.trim()))),
    ];
  }, [isOpen, text, user, found, times]);
  const clear = () => {
    clearSearches(user);
    setTimes(times + 1);
  };
  return { options, clear };
};
