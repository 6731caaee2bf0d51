/** Below the picture: all of its stack, to go through one by one. */
import { useEffect, useRef } from "react";

import { isTile, type Image } from "@/api";
import { BrokenPictureIcon, classNames } from "@/ui";

type StackStripProps = {
  /** The cover first. */
  images: readonly Image[];
  imageId: string;
  onShow: (id: string) => void;
};

const formatOf = ({ name }: Image): string => /\.([^.]+)$/.exec(name)?.[1]?.toUpperCase() ?? "";

export const StackStrip = ({ images, imageId, onShow }: StackStripProps) => {
  const current = useRef<HTMLLIElement>(null);
  useEffect(() => {
    current.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [imageId]);
  const hasFormats = new Set(images.map(formatOf)).size > 1;
  return (
    <nav
      aria-label={`Stack of ${images.length} pictures`}
      className="pointer-events-auto mx-auto mb-2 max-w-[calc(100%-2rem)] rounded-2xl bg-black/75"
    >
      <ol className="flex gap-1.5 overflow-x-auto p-1.5">
        {images.map((image, index) => {
          const isCurrent = image.id === imageId;
          return (
            <li key={image.id} ref={isCurrent ? current : undefined} className="shrink-0">
              <button
                type="button"
                aria-label={`${index + 1} of ${images.length}: ${image.name}${isTile(image) ? ", cover" : ""}`}
                aria-current={isCurrent ? "true" : undefined}
                onClick={() => onShow(image.id)}
                className={classNames(
                  "relative block size-12 overflow-hidden rounded-xl bg-white/15 focus-visible:outline-2 focus-visible:outline-white sm:size-14",
                  isCurrent ? "ring-2 ring-white ring-inset" : "opacity-65 hover:opacity-100",
                )}
              >
                {image.thumbnail_url === null ? (
                  <BrokenPictureIcon className="m-auto size-5" />
                ) : (
                  <img
                    src={image.thumbnail_url}
                    alt=""
                    draggable={false}
                    className={classNames(
                      "size-full object-cover",
                      isCurrent && "p-0.5 rounded-xl",
                    )}
                  />
                )}
                {hasFormats && (
                  <span className="absolute inset-x-0 bottom-0.5 mx-auto w-fit rounded bg-black/75 px-1 text-[0.625rem] leading-tight font-semibold">
                    {formatOf(image)}
                  </span>
                )}
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
};
