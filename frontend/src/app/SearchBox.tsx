/** The box that "/" leads to from anywhere: in the header, and on the page of the search instead. */
import {
  useEffect,
  useEffectEvent,
  useId,
  useRef,
  useState,
  type KeyboardEvent as ReactKeyboardEvent,
  type RefObject,
  type SubmitEvent,
} from "react";

import { useSession } from "@/api";
import { savedAddress } from "@/components/searches/saved-address";
import { CloseIcon, classNames, isTyping, SearchIcon } from "@/ui";

import { SEARCH, searchAddress, useQueryText } from "./search-address";
import { noteSearch } from "./search/recent-searches";
import { SuggestionRow } from "./search/SuggestionRow";
import { useOptions } from "./search/use-options";

type SearchBoxProps = {
  className: string;
  takesFocus?: boolean;
  /** The list is wider than the field, and ends where it ends. */
  isNarrow?: boolean;
  /** Its field, for whoever changes a part of the query there. */
  field?: RefObject<HTMLInputElement | null>;
  /** The saved search that is changed here. */
  savedId?: string | null;
  onGo: (path: string) => void;
};

export const SearchBox = (props: SearchBoxProps) => {
  const { className, takesFocus = false, isNarrow, onGo } = props;
  const own = useRef<HTMLInputElement>(null);
  const input = props.field ?? own;
  const root = useRef<HTMLFormElement>(null);
  const id = useId();
  const q = useQueryText();
  const user = useSession().user?.id ?? "";
  const [typed, setTyped] = useState({ text: q, of: q });
  const text = typed.of === q ? typed.text : q; // another page may have another query
  const [isOpen, setOpen] = useState(false);
  const { options, clear } = useOptions(text, isOpen);
  const [marked, setMarked] = useState<{ text: string; q: string } | null>(null);
  const at = marked?.text === text ? options.findIndex((option) => option.q === marked.q) : -1;
  const active = options[at];
  const isShown = isOpen && options.length > 0;

  useEffect(() => {
    if (takesFocus) input.current?.focus();
  }, [input, takesFocus]);

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
  useEffect(() => {
    if (!isOpen) return;
    const form = root.current;
    const closeOutside = ({ target }: Event) => {
      if (target instanceof Node && !form?.contains(target)) setOpen(false);
    };
    const closeBehind = ({ relatedTarget }: FocusEvent) => {
      if (!(relatedTarget instanceof Node && form?.contains(relatedTarget))) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    form?.addEventListener("focusout", closeBehind);
    return () => {
      document.removeEventListener("pointerdown", closeOutside);
      form?.removeEventListener("focusout", closeBehind);
    };
  }, [isOpen]);

  const write = (next: string) => {
    setTyped({ text: next, of: q });
    setMarked(null);
    setOpen(true);
  };
  const go = (next: string) => {
    const asked = next.trim();
    if (asked === "") return;
    noteSearch(user, asked);
    setTyped({ text: asked, of: asked });
    setOpen(false);
    input.current?.blur(); // a phone's keyboard would hide what is found
    const { savedId } = props;
    onGo(savedId ? savedAddress({ id: savedId, q: asked }) : searchAddress(asked));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    go(active?.q ?? text);
  };
  const mark = (next: number) => {
    // Between the last and the first stands what was typed.
    const option = options[next];
    setMarked(option ? { text, q: option.q } : null);
  };
  const pressInside = (event: ReactKeyboardEvent) => {
    // Enter then ends the composition of a character.
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!isOpen) setOpen(true);
      else if (event.key === "ArrowDown") mark(at + 1);
      else mark(at === -1 ? options.length - 1 : at - 1);
    } else if (event.key === "Escape" && isShown) {
      setOpen(false);
      event.stopPropagation();
    } else return;
    event.preventDefault();
  };
  const idOf = (index: number) => `${id}-${index}`;
  return (
    <form ref={root} role="search" onSubmit={submit} className={`relative ${className}`}>
      <SearchIcon className="pointer-events-none absolute top-3 left-3.5 size-5 text-muted" />
      <input
        ref={input}
        type="text"
        inputMode="search"
        name="q"
        role="combobox"
        aria-label="Search your pictures"
        aria-keyshortcuts="/"
        aria-autocomplete="list"
        aria-expanded={isShown}
        aria-controls={`${id}-list`}
        aria-activedescendant={active && idOf(at)}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        placeholder="Search"
        maxLength={200}
        enterKeyHint="search"
        value={text}
        onChange={(event) => write(event.target.value)}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onKeyDown={pressInside}
        className="h-11 w-full rounded-full bg-sunken pr-11 pl-10"
      />
      {text !== "" && (
        <button
          type="button"
          aria-label="Clear the search"
          onClick={() => {
            write("");
            input.current?.focus();
          }}
          className="absolute top-0 right-0 flex size-11 items-center justify-center rounded-full text-muted hover:text-ink focus-visible:-outline-offset-4"
        >
          <CloseIcon className="size-4" />
        </button>
      )}
      <div
        className={classNames(
          "absolute right-0 z-40 mt-2 overflow-hidden rounded-2xl border border-line bg-raised shadow-float",
          isNarrow ? "w-96" : "left-0",
          !isShown && "hidden",
        )}
      >
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label="Suggestions"
          className="max-h-[min(34rem,60dvh)] overflow-y-auto overscroll-contain p-1.5"
        >
          {options.map((option, index) => (
            <SuggestionRow
              key={`${option.kind} ${option.q}`}
              id={idOf(index)}
              option={option}
              isMarked={index === at}
              onChoose={({ q: chosen }) => go(chosen)}
            />
          ))}
        </div>
        {text.trim() === "" && (
          <div className="border-t border-line p-1.5">
            <button
              type="button"
              onClick={() => {
                clear();
                setOpen(false);
                input.current?.focus();
              }}
              className="h-11 w-full rounded-xl px-3 text-left text-sm text-muted hover:bg-hover hover:text-ink focus-visible:-outline-offset-2"
            >
              Clear recent searches
            </button>
          </div>
        )}
      </div>
    </form>
  );
};
