/** Search results with the reason of each; or how to search, or that nothing was found. */
import { lazy, Suspense, useCallback, useMemo } from "react";

import { useFound, useMomentOf, type Chip, type ListedImage } from "@/api";
import { Gallery } from "@/components/gallery/Gallery";
import { useChangeWithUndo } from "@/components/gallery/use-change-with-undo";
import { QUICK_SEARCHES } from "@/components/search/quick-searches";
import { picturesInWords } from "@/locale";
import { EmptyState, SearchIcon } from "@/ui";

import { Chips } from "./Chips";
import { useFoundList } from "./use-found-list";
import { Why } from "./Why";

const SavedSearchBar = lazy(async () => ({
  default: (await import("./SavedSearchBar")).SavedSearchBar,
}));
const Actions = lazy(async () => ({ default: (await import("./FoundActions")).FoundActions }));

type SearchResultsProps = {
  q: string;
  openId: string | null;
  onOpen: (id: string) => void;
  onSearch: (q: string) => void;
  /** Has a part of the query changed in its field. */
  onEdit: (chip: Chip) => void;
  /** The saved search that this is, perhaps with changes; null: none. */
  savedId: string | null;
  onGo: (path: string) => void;
  onLeave: () => void;
};

const EXAMPLES = ["red coat july 2024", '"happy birthday" -cake', "is:favourite last summer"];

const HowTo = ({ onSearch }: Pick<SearchResultsProps, "onSearch">) => (
  <EmptyState
    picture={<SearchIcon className="size-14 text-muted" />}
    title="Search your pictures"
    actions={[...EXAMPLES.map((q) => ({ q, label: q })), ...QUICK_SEARCHES].map(({ q, label }) => (
      <button
        key={q}
        type="button"
        onClick={() => onSearch(q)}
        className="h-11 rounded-full bg-sunken px-4 text-sm font-medium"
      >
        {label}
      </button>
    ))}
  >
    <p>
      Search descriptions, text in pictures, tags, names, albums, dates and places, in any language.
    </p>
  </EmptyState>
);

const Nothing = () => (
  <EmptyState picture={<SearchIcon className="size-14 text-muted" />} title="No pictures found">
    <p>
      Try fewer words or another spelling. To search deleted pictures, add <code>is:deleted</code>.
    </p>
  </EmptyState>
);

const inWords = ({ total, near }: ReturnType<typeof useFound>): string => {
  if (total === null) return "Many pictures";
  if (total > 0 || near.images.length === 0) return picturesInWords(total);
  return "No picture has these words. These mean something similar.";
};

export const SearchResults = (props: SearchResultsProps) =>
  props.q === "" ? <HowTo {...props} /> : <Found {...props} />;

const Found = ({ q, openId, onOpen, onSearch, onEdit, ...ofSaved }: SearchResultsProps) => {
  const found = useFound(q);
  const list = useFoundList(found);
  const { change } = useChangeWithUndo();
  const onDelete = useCallback(
    (images: readonly ListedImage[]) => change("delete", images).answer,
    [change],
  );
  const at = useMomentOf(openId);
  const notes = useMemo(
    () =>
      new Map(
        [...found.images, ...found.near.images]
          .filter(({ why }) => why.length > 0)
          .map(({ id, why }) => [id, <Why key={id} why={why} />] as const),
      ),
    [found.images, found.near.images],
  );
  const { isSuccess } = found.query;
  // How many have the words is known before what means something similar.
  const isCounted = isSuccess && (found.total !== 0 || !found.near.isPending);
  const bar = isSuccess && (
    <Suspense fallback={null}>
      <SavedSearchBar q={q} {...ofSaved} />
    </Suspense>
  );
  return (
    <>
      <div className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-2 pb-2">
        {ofSaved.savedId !== null && bar}
        <p role="status" className="text-muted">
          {isCounted && !list.query.isError && inWords(found)}
        </p>
        {found.chips.length > 0 && (
          <Chips q={q} chips={found.chips} onSearch={onSearch} onEdit={onEdit} />
        )}
        {ofSaved.savedId === null && <div className="ml-auto">{bar}</div>}
      </div>
      <Gallery
        list={list}
        label="Pictures that were found"
        failedTitle="The search did not work"
        empty={<Nothing />}
        actions={Actions}
        onOpen={onOpen}
        open={openId === null ? null : { id: openId, at }}
        onDelete={onDelete}
        noteFor={({ id }) => notes.get(id) ?? null}
      />
    </>
  );
};
