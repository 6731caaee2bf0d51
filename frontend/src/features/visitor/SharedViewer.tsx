/** One picture of a share over the whole window, and what its owner lets visitors know about it. */
import {
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  type PointerEvent,
  type ReactNode,
} from "react";

import { dayInWords, isClosed, toProblem, type SharedImage, type PictureSource } from "@/api";
import {
  ChevronLeftIcon,
  ChevronRightIcon,
  classNames,
  CloseIcon,
  DownloadIcon,
  Spinner,
  VisuallyHidden,
} from "@/ui";

import { SharedMotion } from "./SharedMotion";
import type { SharedGallery } from "./use-shared-gallery";

type SharedViewerProps = {
  visit: PictureSource;
  gallery: SharedGallery;
  imageId: string;
  onShow: (id: string) => void;
  onClose: () => void;
  /** More about a picture, in lines, and what can be done with it. */
  more?: (image: SharedImage) => { lines: readonly string[]; actions: ReactNode };
};

/** A finger that moves so far across turns to the next picture. */
const SWIPE = 48;

const round =
  "flex size-11 items-center justify-center rounded-full bg-black/60 text-white hover:bg-black/80 focus-visible:outline-white disabled:opacity-0";

/**
 * What is told of a picture; null while it is not known. It is asked also where nothing is told: so a link that
 * has ended is noticed here, though its pictures are in the browser's cache.
 */
const useWords = (
  visit: PictureSource,
  imageId: string,
  onClosed: () => void,
): SharedImage | null => {
  const [known, setKnown] = useState<SharedImage | null>(null);
  useEffect(() => {
    let isWanted = true;
    visit.image(imageId).then(
      (image) => {
        if (isWanted) setKnown(image);
      },
      // Without words, the picture is shown all the same.
      (error: unknown) => isClosed(error) && onClosed(),
    );
    return () => {
      isWanted = false;
    };
  }, [visit, imageId, onClosed]);
  return known?.id === imageId ? known : null;
};

const Words = ({ image, more = [] }: { image: SharedImage; more?: readonly string[] }) => {
  const lines = [
    image.title,
    image.date === null ? null : dayInWords(image.date),
    image.description ?? image.alt_text,
    image.name,
    ...more,
  ].filter((line) => line !== null && line !== "");
  if (lines.length === 0) return null;
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-0 max-h-[40dvh] overflow-y-auto bg-linear-to-t from-black/85 to-black/40 px-5 pt-8 pb-[max(1rem,env(safe-area-inset-bottom))] text-sm text-white">
      {lines.map((line) => (
        <p
          key={line}
          className={classNames("max-w-prose break-words", line === image.title && "font-semibold")}
        >
          {line}
        </p>
      ))}
    </div>
  );
};

const said = "absolute top-16 right-3 rounded-xl bg-black/80 px-4 py-2 text-sm";

type DownloadProps = { visit: PictureSource; imageId: string; onClosed: () => void };

const Download = ({ visit, imageId, onClosed }: DownloadProps) => {
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isPrepared, setPrepared] = useState(false);
  const save = () => {
    if (isBusy) return;
    setProblem(null);
    setBusy(true);
    visit
      .original(imageId, () => setPrepared(true))
      .then(
        (url) => window.location.assign(url),
        (error: unknown) => (isClosed(error) ? onClosed() : setProblem(toProblem(error).detail)),
      )
      .finally(() => {
        setBusy(false);
        setPrepared(false);
      });
  };
  return (
    <>
      <button
        type="button"
        aria-label="Download"
        title="Download"
        aria-busy={isBusy}
        onClick={save}
        className={round}
      >
        {isBusy ? <Spinner /> : <DownloadIcon />}
      </button>
      <p role="status" className={isPrepared ? said : "sr-only"}>
        {isPrepared && "The download is being prepared"}
      </p>
      {problem !== null && (
        <p role="alert" className={said}>
          {problem}
        </p>
      )}
    </>
  );
};

export const SharedViewer = (props: SharedViewerProps) => {
  const { visit, gallery, imageId, onShow, onClose } = props;
  const root = useRef<HTMLDivElement>(null);
  const { rows, refresh, nameOf } = gallery;
  const index = rows.findIndex(({ id }) => id === imageId);
  const [before, next] = [rows[index - 1]?.id, index === -1 ? undefined : rows[index + 1]?.id];
  const urls = visit.urlsOf(imageId);
  const words = useWords(visit, imageId, gallery.onClosed);
  const more = words && props.more?.(words);
  const [loaded, setLoaded] = useState<string | null>(null);
  const start = useRef<number | null>(null);
  const isBroken = useRef(false);

  useEffect(() => {
    isBroken.current = false;
    const near = [imageId, next, before].filter((id) => id !== undefined);
    void refresh(near, "preview").then(() => {
      for (const id of near.slice(1)) {
        const url = visit.urlsOf(id)?.preview;
        if (url === undefined) continue;
        const ahead = new Image();
        ahead.onload = () => visit.noteLoaded(url);
        ahead.src = url;
      }
    });
  }, [visit, refresh, imageId, next, before]);

  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    else if (event.key === "ArrowLeft" && before !== undefined) onShow(before);
    else if (event.key === "ArrowRight" && next !== undefined) onShow(next);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", onKeyDown);
    root.current?.focus();
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);

  const onPointerUp = (event: PointerEvent) => {
    const moved = start.current === null ? 0 : event.clientX - start.current;
    start.current = null;
    if (moved > SWIPE && before !== undefined) onShow(before);
    if (moved < -SWIPE && next !== undefined) onShow(next);
  };
  // What failed may only have been too old: it is asked for once more.
  const onError = () => {
    if (isBroken.current) return;
    isBroken.current = true;
    void refresh([imageId], "preview", { isBroken: true });
  };

  return (
    <div
      ref={root}
      role="dialog"
      aria-modal="true"
      aria-label={nameOf(imageId)}
      tabIndex={-1}
      className="shared-viewer fixed inset-0 z-40 touch-pan-y touch-pinch-zoom bg-black text-white outline-none"
      onPointerDown={(event) => {
        start.current = event.pointerType === "touch" && event.isPrimary ? event.clientX : null;
      }}
      onPointerUp={onPointerUp}
    >
      {urls && (
        <img
          key={imageId}
          src={urls.preview}
          alt={urls.altText ?? nameOf(imageId)}
          draggable={false}
          onLoad={() => {
            visit.noteLoaded(urls.preview);
            setLoaded(imageId);
          }}
          onError={onError}
          className={classNames(
            "absolute inset-0 size-full object-contain transition-opacity",
            loaded === imageId ? "opacity-100" : "opacity-0",
          )}
        />
      )}
      {loaded !== imageId && (
        <div role="status" className="absolute inset-0 flex items-center justify-center">
          <Spinner />
          <VisuallyHidden>Loading</VisuallyHidden>
        </div>
      )}
      {words?.motion_url && urls && <SharedMotion key={imageId} visit={visit} image={words} />}
      {words && <Words image={words} {...(more ? { more: more.lines } : {})} />}
      <div className="absolute inset-x-0 top-0 flex items-center justify-between gap-2 p-3 pt-[max(0.75rem,env(safe-area-inset-top))]">
        <button type="button" aria-label="Close" title="Close" onClick={onClose} className={round}>
          <CloseIcon />
        </button>
        {more?.actions}
        {visit.share.allow_downloads && (
          // Of its own for each picture: another one may be saved while one is being prepared.
          <Download key={imageId} visit={visit} imageId={imageId} onClosed={gallery.onClosed} />
        )}
      </div>
      <button
        type="button"
        aria-label="Previous picture"
        disabled={before === undefined}
        onClick={() => before !== undefined && onShow(before)}
        className={classNames(round, "absolute top-1/2 left-3 -translate-y-1/2 max-sm:hidden")}
      >
        <ChevronLeftIcon />
      </button>
      <button
        type="button"
        aria-label="Next picture"
        disabled={next === undefined}
        onClick={() => next !== undefined && onShow(next)}
        className={classNames(round, "absolute top-1/2 right-3 -translate-y-1/2 max-sm:hidden")}
      >
        <ChevronRightIcon />
      </button>
    </div>
  );
};
