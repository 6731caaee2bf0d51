/** The page of the search: its heading and what was found; and the viewer above it. */
import { useKnownImages, useFound } from "@/api";
import { SearchResults } from "@/features/search";
import { usePageTitle } from "@/ui";

import { SEARCH, searchAddress, useQueryText } from "./search-address";
import { SearchBox } from "./SearchBox";
import { ViewerWith, type OverGrid } from "./ViewerLayer";

type SearchPageProps = {
  openId: string | null;
  onOpen: (id: string) => void;
  onGo: (path: string) => void;
};

export const SearchPage = ({ openId, onOpen, onGo }: SearchPageProps) => {
  const q = useQueryText();
  usePageTitle(q === "" ? "Search" : `${q} – Search`);
  return (
    <>
      <h1 className="sr-only">Search</h1>
      <SearchBox className="my-2 max-w-2xl" takesFocus={q === ""} onGo={onGo} />
      {/* Each query is another grid, with another selection. */}
      <SearchResults
        key={q}
        q={q}
        openId={openId}
        onOpen={onOpen}
        onSearch={(next) => onGo(next === "" ? SEARCH : searchAddress(next))}
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
