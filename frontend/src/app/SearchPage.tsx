/** The page of the search: its heading and what was found; and the viewer above it. */
import { useRef } from "react";

import { useKnownImages, useFound, type Chip } from "@/api";
import { savedAddress } from "@/components/searches/saved-address";
import { SearchResults } from "@/features/search";
import { usePageTitle } from "@/ui";

import { SEARCH, searchAddress, useQueryText, useSavedId } from "./search-address";
import { SearchBox } from "./SearchBox";
import { ViewerWith, type OverGrid } from "./ViewerLayer";

type SearchPageProps = {
  openId: string | null;
  onOpen: (id: string) => void;
  onGo: (path: string) => void;
};

export const SearchPage = ({ openId, onOpen, onGo }: SearchPageProps) => {
  const q = useQueryText();
  const savedId = useSavedId();
  const field = useRef<HTMLInputElement>(null);
  usePageTitle(q === "" ? "Search" : `${q} – Search`);
  const edit = ({ start, end }: Chip) => {
    const input = field.current;
    if (!input) return;
    const letters = Array.from(q); // the API counts code points
    const lengthOf = (count: number) => letters.slice(0, count).join("").length;
    input.focus();
    input.setSelectionRange(lengthOf(start), lengthOf(end));
  };
  // A saved search that is changed is still that one, until its person leaves it.
  const addressOf = (next: string) =>
    savedId === null ? searchAddress(next) : savedAddress({ id: savedId, q: next });
  return (
    <>
      <h1 className="sr-only">Search</h1>
      <SearchBox
        className="my-2 max-w-2xl"
        takesFocus={q === ""}
        field={field}
        savedId={savedId}
        onGo={onGo}
      />
      {/* Each query is another grid, with another selection. */}
      <SearchResults
        key={q}
        q={q}
        openId={openId}
        onOpen={onOpen}
        onSearch={(next) => onGo(next === "" ? SEARCH : addressOf(next))}
        onEdit={edit}
        savedId={savedId}
        onGo={onGo}
        onLeave={() => onGo(searchAddress(q))}
      />
    </>
  );
};

/** The viewer goes through what was found. */
export const SearchViewer = (props: OverGrid) => {
  const { images, near, total } = useFound(useQueryText());
  const known = useKnownImages();
  const now = [...images, ...near.images].map((image) => known.get(image.id) ?? image);
  return (
    <ViewerWith
      {...props}
      view="search"
      neighbours={{ images: now, before: 0, total: Math.max(total ?? 0, now.length) }}
    />
  );
};
