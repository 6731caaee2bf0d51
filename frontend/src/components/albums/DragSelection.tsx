/**
 * Dragging what is selected with a mouse: onto an album, which then shows at the lower edge, or to another place of an
 * album that is ordered by hand. A drag that begins at a picture that is not selected selects: use-pointer-selection.ts.
 * What is done here by dragging, buttons beside it do as well.
 */
import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

import { useAlbums, type PlaceInAlbum } from "@/api";
import { ignoreNextClick, listenUntil } from "@/components/gallery/pointer-drag";
import type { ActsOnStacks } from "@/components/gallery/selection-buttons";
import { scrollAt } from "@/components/gallery/use-pointer-selection";
import { picturesInWords } from "@/locale";
import { classNames } from "@/ui";

import { AlbumCover } from "./AlbumCover";
import { useAddToAlbum } from "./use-add-to-album";

const TREMBLE = 8;
/** As many as a row of a wide window has room for: those that were changed last. */
const MAX_TARGETS = 12;

type CarrySelectedProps = ActsOnStacks & {
  /** The album that one looks at, which has all of these. */
  exceptId?: string;
  /** Where the order is by hand: puts what is selected there. */
  onPlace?: (to: PlaceInAlbum) => void;
};

type Spot = PlaceInAlbum & { x: number; top: number; height: number };
type Target = { albumId: string; title: string } | { spot: Spot };
type Carrying = { x: number; y: number; target: Target | null };

/** Before the left half of a picture, or after its right half. */
const spotAt = (tile: Element, x: number): Spot => {
  const { left, width, top, height } = tile.getBoundingClientRect();
  const isBefore = x < left + width / 2;
  return {
    place: isBefore ? "before" : "after",
    imageId: tile.getAttribute("data-tile") ?? "",
    x: isBefore ? left - 3 : left + width + 1,
    top,
    height,
  };
};

const Targets = ({ over, exceptId }: { over: string | null; exceptId: string | undefined }) => {
  const albums = useAlbums().data?.filter(({ id }) => id !== exceptId);
  return (
    <div className="fixed inset-x-4 bottom-4 mx-auto w-fit max-w-[calc(100%-2rem)] animate-fade rounded-2xl border border-line bg-raised p-3 shadow-float">
      <p className="px-1 pb-2 text-sm text-muted">
        {albums?.length === 0
          ? "You have no other albums. Drop the pictures here to leave them where they are."
          : "Drop on an album to add them"}
      </p>
      <ul className="flex max-h-28 gap-2 overflow-hidden">
        {albums?.slice(0, MAX_TARGETS).map((album) => (
          <li
            key={album.id}
            data-drop-album={album.id}
            data-title={album.title}
            className={classNames(
              "w-24 shrink-0 rounded-xl p-1.5",
              over === album.id && "bg-accent-soft outline-2 outline-accent",
            )}
          >
            <span className="relative block h-16 overflow-hidden rounded-lg bg-sunken">
              <AlbumCover album={album} icon="size-6" />
            </span>
            <span className="mt-1 block truncate text-sm font-medium">{album.title}</span>
          </li>
        ))}
      </ul>
    </div>
  );
};

export const DragSelection = (props: CarrySelectedProps) => {
  const { selected, act, exceptId, onPlace, wholeStacks = false } = props;
  const [carrying, setCarrying] = useState<Carrying | null>(null);
  const addToAlbum = useAddToAlbum();
  const targetAt = (x: number, y: number): Target | null => {
    const element = document.elementFromPoint(x, y);
    const album = element?.closest<HTMLElement>("[data-drop-album]");
    const albumId = album?.dataset["dropAlbum"];
    if (albumId !== undefined) return { albumId, title: album?.dataset["title"] ?? "" };
    const tile = onPlace && element?.closest("[data-tile]");
    if (!tile || selected.some(({ id }) => id === tile.getAttribute("data-tile"))) return null;
    return { spot: spotAt(tile, x) };
  };
  const drop = (target: Target | null) => {
    if (target === null) return;
    if ("spot" in target) {
      onPlace?.(target.spot);
      return;
    }
    const { albumId: id, title } = target;
    act((images) => addToAlbum(images, { id, title, isNew: false }, wholeStacks).answer);
  };
  const latest = useRef({ selected, targetAt, drop });
  useEffect(() => {
    latest.current = { selected, targetAt, drop };
  });

  useEffect(() => {
    let end: () => void = () => undefined;
    const onDown = (event: PointerEvent) => {
      end();
      const tile = event.target instanceof Element ? event.target.closest("[data-tile]") : null;
      const id = tile?.getAttribute("data-tile");
      const isOurs = latest.current.selected.some((image) => image.id === id);
      if (!isOurs || event.button !== 0 || event.pointerType !== "mouse" || event.shiftKey) return;
      end = follow(event, (now) => setCarrying(now), latest);
    };
    document.addEventListener("pointerdown", onDown);
    return () => {
      document.removeEventListener("pointerdown", onDown);
      end();
    };
  }, []);

  if (!carrying) return null;
  const { x, y, target } = carrying;
  return createPortal(
    <div aria-hidden="true" className="fixed inset-0 z-50 cursor-grabbing [pointer-events:none]">
      <div className="[pointer-events:auto]">
        <Targets over={target && "albumId" in target ? target.albumId : null} exceptId={exceptId} />
      </div>
      {target && "spot" in target && (
        <div
          className="absolute w-1 rounded-full bg-accent"
          style={{ left: target.spot.x, top: target.spot.top, height: target.spot.height }}
        />
      )}
      <div
        className="absolute rounded-full bg-ink px-3 py-1 text-sm font-medium text-canvas shadow-float"
        style={{ left: x + 14, top: y + 14 }}
      >
        {picturesInWords(selected.length)}
      </div>
    </div>,
    document.body,
  );
};

type Latest = {
  current: {
    targetAt: (x: number, y: number) => Target | null;
    drop: (target: Target | null) => void;
  };
};

/** One drag, from where the button went down until it is let go. Returns what gives it up. */
const follow = (
  press: PointerEvent,
  show: (carrying: Carrying | null) => void,
  latest: Latest,
): (() => void) => {
  const over = new AbortController();
  let [x, y] = [press.clientX, press.clientY];
  let isCarrying = false;
  let isGivenUp = false;
  let frame = 0;
  const track = (): void => {
    const target = latest.current.targetAt(x, y);
    const by = target && "albumId" in target ? 0 : scrollAt(y, window.innerHeight);
    if (by !== 0) window.scrollBy({ top: by, behavior: "instant" });
    show({ x, y, target });
    frame = requestAnimationFrame(track);
  };
  const end = (): void => {
    cancelAnimationFrame(frame);
    over.abort();
    if (isCarrying) show(null);
  };
  const listen = listenUntil(over.signal);
  listen("pointermove", (event) => {
    [x, y] = [event.clientX, event.clientY];
    if (isCarrying || Math.hypot(x - press.clientX, y - press.clientY) <= TREMBLE) return;
    isCarrying = true;
    track();
  });
  listen("pointerup", () => {
    const target = isCarrying && !isGivenUp ? latest.current.targetAt(x, y) : null;
    end();
    if (!isCarrying) return;
    ignoreNextClick();
    latest.current.drop(target);
  });
  listen("pointercancel", end);
  listen("keydown", (event) => {
    if (event.key !== "Escape" || !isCarrying || isGivenUp) return;
    event.preventDefault();
    event.stopPropagation();
    isGivenUp = true;
    cancelAnimationFrame(frame);
    show(null);
  });
  return end;
};
