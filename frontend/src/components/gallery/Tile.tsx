/** One picture in the grid: its colours, then itself, and what there is to say about it. */
import {
  lazy,
  memo,
  Suspense,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from "react";

import { imageAlt, isVideo, isWhole, type Image, type ListedImage } from "@/api";
import {
  BrokenPictureIcon,
  CheckIcon,
  classNames,
  HeartIcon,
  PlayIcon,
  Spinner,
  VisuallyHidden,
  WarningIcon,
} from "@/ui";

import { ThumbHashCanvas } from "./ThumbHashCanvas";

const nothing = () => ({ default: () => <></> });
// Where one cannot be loaded, the tile is a picture that stands still.
const TileMotion = lazy(() => import("@/components/motion/TileMotion").catch(nothing));
const TileVideo = lazy(() => import("@/components/motion/TileVideo").catch(nothing));

/** The same functions for every tile and every render, so that tiles need not render again. */
export type TileActions = {
  /** Pictures have their addresses below it. */
  path: string;
  open: ((id: string) => void) | null;
  toggle: (image: ListedImage) => void;
  extend: (image: ListedImage) => void;
  focused: (id: string) => void;
  /** Its thumbnail did not load. False: there is nothing left to try. */
  failed: (image: ListedImage) => boolean;
};

type TileProps = {
  image: ListedImage;
  x: number;
  y: number;
  width: number;
  height: number;
  isSelected: boolean;
  /** Something is selected: a click selects instead of opening. Null: nothing can be. */
  isSelecting: boolean | null;
  isTabStop: boolean;
  /** Over the lower edge, such as "29 days left". */
  note: ReactNode;
  actions: TileActions;
};

const Badge = ({ children }: { children: ReactNode }) => (
  <span className="absolute inset-x-1.5 bottom-1.5 flex">
    <span className="rounded-xl bg-black/70 px-2 py-0.5 text-xs leading-tight font-medium text-white [overflow-wrap:normal]">
      {children}
    </span>
  </span>
);

/** Its thumbnail stands still, so that a grid of them does not dance; it moves once it is open. */
const MovingBadge = () => (
  <span
    title="Moving picture"
    className="absolute top-1.5 right-1.5 flex size-6 items-center justify-center rounded-full bg-black/70 text-white"
  >
    <PlayIcon className="size-3.5" />
    <VisuallyHidden>Moving picture</VisuallyHidden>
  </span>
);

const FavouriteBadge = () => (
  <span className="absolute bottom-1.5 left-1.5 text-white drop-shadow-[0_0_2px_rgb(0_0_0/0.8)]">
    <HeartIcon className="size-4.5 fill-current" />
    <VisuallyHidden>, favourite</VisuallyHidden>
  </span>
);

const failureOf = (image: ListedImage) => (isWhole(image) ? image.failure : null);

/** What stands where no picture can: still being made, or not a picture at all. */
const Missing = ({ image }: { image: ListedImage }) => {
  if (image.state === "processing") {
    return (
      <span className="absolute inset-0 flex flex-col items-center justify-center gap-2 p-2 text-muted">
        <VisuallyHidden>{imageAlt(image)}</VisuallyHidden>
        <Spinner />
        <span className="text-xs font-medium">Processing</span>
      </span>
    );
  }
  if (isVideo(image)) return <VisuallyHidden>{imageAlt(image)}</VisuallyHidden>;
  return (
    <span className="absolute inset-0 flex flex-col items-center justify-center gap-1.5 p-2 text-center text-muted">
      <VisuallyHidden>{imageAlt(image)}</VisuallyHidden>
      <BrokenPictureIcon className="size-6" />
      <span className="line-clamp-3 text-xs">
        {failureOf(image)?.detail ?? "This picture can’t be shown right now."}
      </span>
    </span>
  );
};

/** What comes at once, as from the browser's cache, is shown at once. */
const SOON_MS = 150;

/** Where motion is not wanted nothing fades, and no end of it would be told. */
const arrived = (since: number) =>
  performance.now() - since < SOON_MS ||
  window.matchMedia("(prefers-reduced-motion: reduce)").matches
    ? "there"
    : "fading in";

type PictureProps = { image: ListedImage; onFailed: (image: ListedImage) => boolean };

const Picture = ({ image, onFailed }: PictureProps) => {
  if (isWhole(image)) return <WholePicture image={image} onFailed={onFailed} />;
  if (image.state === "processing") return <Missing image={image} />;
  return <VisuallyHidden>{imageAlt(image)}</VisuallyHidden>;
};

type WholePictureProps = { image: Image; onFailed: (image: ListedImage) => boolean };

const WholePicture = ({ image, onFailed }: WholePictureProps) => {
  const [arrival, setArrival] = useState<"coming" | "fading in" | "there">("coming");
  const [since] = useState(() => performance.now());
  const [givenUp, setGivenUp] = useState<string | null>(null);
  const url = image.thumbnail_url;
  if (url === null || givenUp === url) return <Missing image={image} />;
  return (
    <>
      <img
        src={url}
        alt={imageAlt(image)}
        draggable={false}
        decoding="async"
        onLoad={() => setArrival((before) => (before === "coming" ? arrived(since) : before))}
        onError={() => {
          if (!onFailed(image)) setGivenUp(url);
        }}
        className="absolute inset-0 size-full object-cover"
      />
      {/* Above the picture, so that it is what fades: the picture is painted as soon as it is there. */}
      {arrival !== "there" && image.thumbhash !== null && (
        <ThumbHashCanvas
          hash={image.thumbhash}
          isFading={arrival === "fading in"}
          onGone={() => setArrival("there")}
        />
      )}
    </>
  );
};

export const Tile = memo(function Tile(props: TileProps) {
  const { image, isSelected, isSelecting, isTabStop, note, actions } = props;
  const { id } = image;
  const tabIndex = isTabStop ? 0 : -1;
  const opens = actions.open !== null && !isSelecting;

  const onClick = (event: MouseEvent) => {
    // A link opened in a new tab or window is the browser's business.
    if (opens && (event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    // Enter (a click without a pointer) opens even while something is selected: Space selects.
    if (event.shiftKey) actions.extend(image);
    else if (opens || (event.detail === 0 && actions.open)) actions.open?.(id);
    else actions.toggle(image);
  };
  const onSpace = (event: KeyboardEvent) => {
    if (event.key !== " ") return;
    event.preventDefault();
    actions.toggle(image);
  };

  return (
    <li
      data-tile={id}
      className={classNames("group absolute", isSelected && "rounded-md bg-accent-soft")}
      style={{ left: props.x, top: props.y, width: props.width, height: props.height }}
    >
      {/* A link has no state for being selected; a description goes with any role (WAI-ARIA 1.3). */}
      {/* eslint-disable-next-line jsx-a11y/role-supports-aria-props */}
      <a
        href={`${actions.path}/images/${id}`}
        data-image={id}
        tabIndex={tabIndex}
        aria-description={isSelected ? "Selected" : undefined}
        // Dragging selects, see use-pointer-selection.ts.
        draggable={false}
        onClick={onClick}
        onKeyDown={onSpace}
        onFocus={() => actions.focused(id)}
        className={classNames(
          "absolute inset-0 overflow-hidden rounded-md bg-sunken transition-transform duration-150 [-webkit-touch-callout:none]",
          isSelected && "scale-[0.9] rounded-xl",
        )}
      >
        <Picture image={image} onFailed={actions.failed} />
        {image.state === "damaged" && (
          <span
            title={failureOf(image)?.detail}
            className="absolute right-1.5 bottom-1.5 flex max-w-[calc(100%-0.75rem)] items-center gap-1 rounded-full bg-black/70 py-0.5 pr-2.5 pl-1.5 text-xs font-medium text-white"
          >
            <WarningIcon className="size-4" />{" "}
            <span className="truncate">{failureOf(image)?.title ?? "Damaged"}</span>
            <VisuallyHidden>: {failureOf(image)?.detail}</VisuallyHidden>
          </span>
        )}
        {image.is_animated && image.state === "ready" && <MovingBadge />}
        {isWhole(image) && isVideo(image) && (
          <Suspense fallback={null}>
            <TileVideo image={image} />
          </Suspense>
        )}
        {note !== null && <Badge>{note}</Badge>}
        {note === null && image.favourite && <FavouriteBadge />}
        <span className="pointer-events-none absolute inset-x-0 top-0 h-16 bg-linear-to-b from-black/35 to-transparent opacity-0 transition-opacity group-hover:opacity-100" />
      </a>
      {isWhole(image) && image.has_motion && (
        <Suspense fallback={null}>
          <TileMotion image={image} tabIndex={tabIndex} isSelected={isSelected} />
        </Suspense>
      )}
      {isSelecting !== null && (
        <button
          type="button"
          role="checkbox"
          aria-checked={isSelected}
          aria-label={`Select ${imageAlt(image)}`}
          tabIndex={tabIndex}
          onClick={(event) => (event.shiftKey ? actions.extend(image) : actions.toggle(image))}
          className={classNames(
            "absolute top-0 left-0 flex size-11 items-center justify-center rounded-full transition-opacity",
            "focus-visible:opacity-100 focus-visible:-outline-offset-4",
            isSelected || isSelecting
              ? "opacity-100"
              : "opacity-0 group-hover:opacity-100 pointer-coarse:hidden",
          )}
        >
          <span
            className={classNames(
              "flex size-6 items-center justify-center rounded-full border-2 border-white shadow-[0_0_3px_rgb(0_0_0/0.5)]",
              isSelected
                ? "bg-accent text-canvas"
                : "bg-black/25 text-transparent hover:text-white",
            )}
          >
            <CheckIcon className="size-4" />
          </span>
        </button>
      )}
    </li>
  );
});
