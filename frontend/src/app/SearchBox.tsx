/** The box that "/" leads to from anywhere: in the header, and on the page of the search instead. */
import { useEffect, useEffectEvent, useRef, type SubmitEvent } from "react";

import { isTyping, SearchIcon } from "@/ui";

import { SEARCH, searchAddress, useQueryText } from "./search-address";

type SearchBoxProps = { className: string; takesFocus?: boolean; onGo: (path: string) => void };

export const SearchBox = ({ className, takesFocus = false, onGo }: SearchBoxProps) => {
  const input = useRef<HTMLInputElement>(null);
  const q = useQueryText();
  useEffect(() => {
    if (input.current) input.current.value = q;
  }, [q]);
  useEffect(() => {
    if (takesFocus) input.current?.focus();
  }, [takesFocus]);

  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector("dialog[open], .viewer")) return;
    event.preventDefault();
    // A narrow window has it on the page of the search only.
    if (input.current?.offsetParent) input.current.select();
    else onGo(SEARCH);
  });
  useEffect(() => {
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const asked = input.current?.value.trim();
    if (!asked) return;
    input.current?.blur(); // a phone's keyboard would hide what is found
    onGo(searchAddress(asked));
  };
  return (
    <form role="search" onSubmit={submit} className={`relative ${className}`}>
      <SearchIcon className="pointer-events-none absolute top-3 left-3.5 size-5 text-muted" />
      <input
        ref={input}
        type="search"
        name="q"
        aria-label="Search your pictures"
        aria-keyshortcuts="/"
        placeholder="Search"
        maxLength={200}
        enterKeyHint="search"
        className="h-11 w-full rounded-full bg-sunken pr-3 pl-10"
      />
    </form>
  );
};
