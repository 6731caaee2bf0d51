/** A saved search among the albums: its newest picture, and how many it finds at this moment. */
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";

import { useFirstFound, type SavedSearch } from "@/api";
import { ThumbHashCanvas } from "@/components/gallery/ThumbHashCanvas";
import { picturesInWords } from "@/locale";
import { SearchIcon } from "@/ui";

import { savedAddress } from "./saved-address";

/** Whether an element has come near the window: what nobody scrolls to is not searched for. */
const useSeen = () => {
  const element = useRef<HTMLLIElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const { current } = element;
    if (!current || isSeen) return;
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
      },
      { rootMargin: "200px" },
    );
    watch.observe(current);
    return () => watch.disconnect();
  }, [isSeen]);
  return { element, isSeen };
};

export const SavedSearchTile = ({ search }: { search: SavedSearch }) => {
  const { element, isSeen } = useSeen();
  const { data, isError } = useFirstFound(search.q, isSeen);
  const [failed, setFailed] = useState<string | null>(null);
  const image = data?.image ?? null;
  const url = image?.thumbnail_url ?? null;
  const words = () => {
    if (isError) return "Could not be searched for now";
    if (!data) return "…";
    return data.total === null ? "Many pictures" : picturesInWords(data.total);
  };
  return (
    <li ref={element}>
      <Link href={savedAddress(search)} className="group block rounded-2xl">
        <span className="relative block aspect-square overflow-hidden rounded-2xl bg-sunken">
          {url === null || failed === url ? (
            <span className="absolute inset-0 flex items-center justify-center text-muted">
              <SearchIcon className="size-10" />
            </span>
          ) : (
            <>
              {typeof image?.thumbhash === "string" && <ThumbHashCanvas hash={image.thumbhash} />}
              <img
                src={url}
                alt=""
                decoding="async"
                draggable={false}
                onError={() => setFailed(url)}
                className="absolute inset-0 size-full object-cover"
              />
              <span className="absolute right-2 bottom-2 rounded-full bg-black/60 p-1.5 text-white">
                <SearchIcon className="size-4" />
              </span>
            </>
          )}
        </span>
        <span className="mt-2 line-clamp-2 font-medium group-hover:underline">{search.name}</span>
        <span className="block text-sm text-muted">
          {words()}
          <span className="block truncate">Saved search</span>
        </span>
      </Link>
    </li>
  );
};
