/** Below the picture: those around it in the list, small, to see what comes and to go further at once. */
import { useLayoutEffect, useRef, useState } from "react";

import { imageAlt, isVideo, type Image } from "@/api";
import { useRefreshExpiredUrl } from "@/components/gallery/refresh-expired-url";
import { formatNumber } from "@/locale";
import { BrokenPictureIcon, classNames, PlayIcon } from "@/ui";

/** On each side: as many as are asked for ahead, so each that is shown is a click away. */
const AROUND = 24;

type FilmstripProps = {
  /** The known pictures around it, in the order of the list. */
  images: readonly Image[];
  imageId: string;
  /** How many of the list come before the first of these, and how many it has; null: not known. */
  place: { before: number; total: number } | null;
  onShow: (id: string) => void;
};

/** The part of the list that is shown, and where its first picture stands among all known ones. */
const partAround = (images: readonly Image[], imageId: string) => {
  const at = images.findIndex(({ id }) => id === imageId);
  const first = Math.max(0, at - AROUND);
  return { shown: images.slice(first, at + AROUND + 1), first };
};

export const Filmstrip = ({ images, imageId, place, onShow }: FilmstripProps) => {
  const strip = useRef<HTMLOListElement>(null);
  const shownBefore = useRef<string | null>(null);
  const { shown, first } = partAround(images, imageId);
  const firstId = shown[0]?.id;

  // Pictures that are only now known may come in before it: it stays in the middle all the same.
  useLayoutEffect(() => {
    const list = strip.current;
    const current = list?.querySelector<HTMLElement>("[aria-current]");
    if (!list || !current) return;
    const isStep = shownBefore.current !== null && shownBefore.current !== imageId;
    shownBefore.current = imageId;
    const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    list.scrollTo({
      left: current.offsetLeft + current.offsetWidth / 2 - list.clientWidth / 2,
      behavior: isStep && !isCalm ? "smooth" : "instant",
    });
    // The focus goes with the picture: the others cannot be reached by Tab.
    if (list.contains(document.activeElement)) current.focus({ preventScroll: true });
  }, [imageId, firstId, shown.length]);

  if (shown.length < 2) return null;
  const numberOf = (index: number): string =>
    place === null
      ? ""
      : `${formatNumber(place.before + first + index + 1)} of ${formatNumber(place.total)}: `;
  return (
    <nav
      aria-label="Filmstrip"
      className="pointer-events-auto bg-linear-to-t from-black/80 to-transparent pt-6"
    >
      <ol
        ref={strip}
        className="relative flex [scrollbar-width:none] gap-1 overflow-x-auto overscroll-x-contain px-[calc(50%-1.5rem)] pt-1 pb-[max(0.5rem,env(safe-area-inset-bottom))]"
      >
        {shown.map((image, index) => (
          <li key={image.id} className="shrink-0">
            <Frame
              image={image}
              label={`${numberOf(index)}${imageAlt(image)}`}
              isCurrent={image.id === imageId}
              onShow={onShow}
            />
          </li>
        ))}
      </ol>
    </nav>
  );
};

const NoThumbnail = ({ image }: { image: Image }) => {
  const Icon = isVideo(image) ? PlayIcon : BrokenPictureIcon;
  return <Icon className="size-5" />;
};

type FrameProps = {
  image: Image;
  label: string;
  isCurrent: boolean;
  onShow: (id: string) => void;
};

const Frame = ({ image, label, isCurrent, onShow }: FrameProps) => {
  const refresh = useRefreshExpiredUrl();
  const [brokenUrl, setBrokenUrl] = useState<string | null>(null);
  const url = image.thumbnail_url;
  return (
    <button
      type="button"
      aria-label={label}
      aria-current={isCurrent ? "true" : undefined}
      tabIndex={isCurrent ? 0 : -1}
      onClick={() => onShow(image.id)}
      className={classNames(
        "flex size-12 items-center justify-center overflow-hidden rounded-lg bg-white/15 outline-offset-1 transition-opacity focus-visible:outline-2 focus-visible:outline-white",
        isCurrent ? "ring-2 ring-white" : "opacity-60 hover:opacity-100",
      )}
    >
      {url === null || url === brokenUrl ? (
        <NoThumbnail image={image} />
      ) : (
        <img
          src={url}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          onError={() => {
            if (!refresh(image)) setBrokenUrl(url);
          }}
          className="size-full object-cover"
        />
      )}
    </button>
  );
};
