/** The pictures that are in view, newest first: beside the map, or below it on a phone. */
import { useEffect, useRef } from "react";

import { imageAlt, toProblem, type Image, type useMapImages } from "@/api";
import { useRefreshExpiredUrl } from "@/components/gallery/refresh-expired-url";
import { BrokenPictureIcon, Button, Spinner, VisuallyHidden } from "@/ui";

type InViewProps = {
  list: ReturnType<typeof useMapImages>;
  known: ReadonlyMap<string, Image>;
  onOpen: (id: string) => void;
};

const Thumbnail = ({
  image,
  onOpen,
  onFailed,
}: {
  image: Image;
  onOpen: (id: string) => void;
  onFailed: (image: Image) => boolean;
}) => (
  <button
    type="button"
    onClick={() => onOpen(image.id)}
    className="relative size-full overflow-hidden rounded-lg bg-sunken text-muted focus-visible:-outline-offset-2"
  >
    {image.thumbnail_url === null ? (
      <>
        <BrokenPictureIcon className="m-auto size-5" />
        <VisuallyHidden>{imageAlt(image)}</VisuallyHidden>
      </>
    ) : (
      <img
        src={image.thumbnail_url}
        alt={imageAlt(image)}
        loading="lazy"
        decoding="async"
        draggable={false}
        onError={() => void onFailed(image)}
        className="absolute inset-0 size-full object-cover"
      />
    )}
  </button>
);

/** Asks for more while its end is near. */
const More = ({ list }: Pick<InViewProps, "list">) => {
  const end = useRef<HTMLLIElement>(null);
  const { loadMore, moreError, query } = list;
  const isWaiting = moreError === null && !query.isFetching;
  useEffect(() => {
    if (!end.current || !isWaiting) return;
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) loadMore();
      },
      { rootMargin: "300px" },
    );
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [isWaiting, loadMore]);
  return (
    <li ref={end} className="flex min-h-11 min-w-24 items-center justify-center lg:col-span-full">
      {moreError ? (
        <Button onClick={loadMore}>Try again</Button>
      ) : (
        <span role="status" className="text-muted">
          <Spinner />
          <VisuallyHidden>Loading more</VisuallyHidden>
        </span>
      )}
    </li>
  );
};

export const InView = ({ list, known, onOpen }: InViewProps) => {
  const { query, images, hasMore } = list;
  const onFailed = useRefreshExpiredUrl();
  if (query.isError && images.length === 0) {
    return (
      <div role="alert" className="flex flex-wrap items-center gap-3 text-sm">
        <p>{toProblem(query.error).detail}</p>
        <Button onClick={() => void query.refetch()}>Try again</Button>
      </div>
    );
  }
  if (query.isSuccess && images.length === 0 && !hasMore) {
    return <p className="text-sm text-muted">No pictures here. Move the map or zoom out.</p>;
  }
  return (
    <ul className="flex gap-1.5 overflow-x-auto p-0.5 pb-2 lg:grid lg:grid-cols-3 lg:overflow-x-visible">
      {images.map((image) => (
        <li key={image.id} className="aspect-square h-20 shrink-0 lg:h-auto">
          <Thumbnail image={known.get(image.id) ?? image} onOpen={onOpen} onFailed={onFailed} />
        </li>
      ))}
      {hasMore && <More list={list} />}
    </ul>
  );
};
