/** One picture in the grid: its colours, then itself, and what there is to say about it. */
import { memo, useState, type KeyboardEvent, type MouseEvent } from "react";

import { imageAlt, type Image } from "@/api";
import {
  BrokenPictureIcon,
  CheckIcon,
  classNames,
  PlayIcon,
  Spinner,
  VisuallyHidden,
  WarningIcon,
} from "@/ui";

import { ThumbHashCanvas } from "./ThumbHashCanvas";

/** The same functions for every tile and every render, so that tiles need not render again. */
export type TileActions = {
  open: ((id: string) => void) | null;
  toggle: (id: string) => void;
  extend: (id: string) => void;
  focused: (id: string) => void;
  /** Its thumbnail did not load. False: there is nothing left to try. */
  failed: (image: Image) => boolean;
};

type TileProps = {
  image: Image;
  x: number;
  y: number;
  width: number;
  height: number;
  isSelected: boolean;
  /** Something is selected: a click selects instead of opening. */
  isSelecting: boolean;
  isTabStop: boolean;
  /** Over the lower edge, such as "29 days left". */
  note: string | null;
  actions: TileActions;
};

const Badge = ({ children }: { children: string }) => (
  <span className="absolute inset-x-1.5 bottom-1.5 flex">
    <span className="truncate rounded-full bg-black/70 px-2.5 py-0.5 text-xs font-medium text-white">
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

/** What stands where no picture can: still being made, or not a picture at all. */
const Missing = ({ image }: { image: Image }) => {
  if (image.state === "processing") {
    return (
      <span className="absolute inset-0 flex flex-col items-center justify-center gap-2 p-2 text-muted">
        <VisuallyHidden>{imageAlt(image)}</VisuallyHidden>
        <Spinner />
        <span className="text-xs font-medium">Processing</span>
      </span>
    );
  }
  return (
    <span className="absolute inset-0 flex flex-col items-center justify-center gap-1.5 p-2 text-center text-muted">
      <VisuallyHidden>{imageAlt(image)}</VisuallyHidden>
      <BrokenPictureIcon className="size-6" />
      <span className="line-clamp-3 text-xs">
        {image.failure?.detail ?? "This picture can’t be shown right now."}
      </span>
    </span>
  );
};

/** Where motion is not wanted nothing fades, and no end of it would be told. */
const arrived = () =>
  window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "there" : "fading in";

type PictureProps = { image: Image; onFailed: (image: Image) => boolean };

const Picture = ({ image, onFailed }: PictureProps) => {
  const [arrival, setArrival] = useState<"coming" | "fading in" | "there">("coming");
  const [givenUp, setGivenUp] = useState<string | null>(null);
  const url = image.thumbnail_url;
  if (url === null || givenUp === url) return <Missing image={image} />;
  return (
    <>
      {/* Gone once the picture covers it: a transparent one would let it shine through. */}
      {arrival !== "there" && image.thumbhash !== null && (
        <ThumbHashCanvas hash={image.thumbhash} />
      )}
      <img
        src={url}
        alt={imageAlt(image)}
        draggable={false}
        decoding="async"
        onLoad={() => setArrival((before) => (before === "coming" ? arrived() : before))}
        onTransitionEnd={() => setArrival("there")}
        onError={() => {
          if (!onFailed(image)) setGivenUp(url);
        }}
        className={classNames(
          "absolute inset-0 size-full object-cover transition-opacity duration-200",
          arrival === "coming" ? "opacity-0" : "opacity-100",
        )}
      />
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
    if (event.shiftKey) actions.extend(id);
    else if (opens || (event.detail === 0 && actions.open)) actions.open?.(id);
    else actions.toggle(id);
  };
  const onSpace = (event: KeyboardEvent) => {
    if (event.key !== " ") return;
    event.preventDefault();
    actions.toggle(id);
  };
  const onContextMenu = (event: MouseEvent<HTMLElement>) => {
    // A long press on a touch screen selects, as it does in every gallery.
    if (!window.matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    actions.toggle(id);
  };

  return (
    <li
      className={classNames("group absolute", isSelected && "rounded-md bg-accent-soft")}
      style={{ left: props.x, top: props.y, width: props.width, height: props.height }}
    >
      <a
        href={`/images/${id}`}
        data-image={id}
        tabIndex={tabIndex}
        onClick={onClick}
        onKeyDown={onSpace}
        onContextMenu={onContextMenu}
        onFocus={() => actions.focused(id)}
        className={classNames(
          "absolute inset-0 overflow-hidden rounded-md bg-sunken transition-transform duration-150 [-webkit-touch-callout:none]",
          isSelected && "scale-[0.9] rounded-xl",
        )}
      >
        <Picture image={image} onFailed={actions.failed} />
        {image.state === "damaged" && (
          <span
            title={image.failure?.detail}
            className="absolute right-1.5 bottom-1.5 flex items-center gap-1 rounded-full bg-black/70 py-0.5 pr-2.5 pl-1.5 text-xs font-medium text-white"
          >
            <WarningIcon className="size-4" /> {image.failure?.title ?? "Damaged"}
            <VisuallyHidden>: {image.failure?.detail}</VisuallyHidden>
          </span>
        )}
        {image.is_animated && image.state === "ready" && <MovingBadge />}
        {note !== null && <Badge>{note}</Badge>}
        <span className="pointer-events-none absolute inset-x-0 top-0 h-16 bg-linear-to-b from-black/35 to-transparent opacity-0 transition-opacity group-hover:opacity-100" />
      </a>
      <button
        type="button"
        role="checkbox"
        aria-checked={isSelected}
        aria-label={`Select ${imageAlt(image)}`}
        tabIndex={tabIndex}
        onClick={(event) => (event.shiftKey ? actions.extend(id) : actions.toggle(id))}
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
            isSelected ? "bg-accent text-canvas" : "bg-black/25 text-transparent hover:text-white",
          )}
        >
          <CheckIcon className="size-4" />
        </span>
      </button>
    </li>
  );
});
