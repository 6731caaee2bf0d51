/** The justified grid: days, rows and tiles where the layout says, and only those on the screen. */
import { useEffect, useMemo, type Dispatch, type KeyboardEvent } from "react";

import type { Image } from "@/api";

import { DayHeading } from "./DayHeading";
import { groupByDay } from "./days";
import { layoutDays, visibleBlocks } from "./layout-days";
import { useRefreshExpiredUrl } from "./refresh-expired-url";
import type { Selection, SelectionAction } from "./selection";
import { Tile, type TileActions } from "./Tile";
import { useElementWidth } from "./use-element-width";
import { useGridFocus } from "./use-grid-focus";
import { useScrollAnchor } from "./use-scroll-anchor";
import { useVisibleRange } from "./use-visible-range";

type ImageGridProps = {
  label: string;
  images: readonly Image[];
  selection: Selection;
  onSelect: Dispatch<SelectionAction>;
  /** Null: a click selects. */
  onOpen: ((id: string) => void) | null;
  /** The picture open in the viewer; when it closes, the focus comes back to it. */
  openId: string | null;
  /** Delete was pressed on this picture, with nothing selected. */
  onDelete?: (image: Image) => void;
  /** The end of what is loaded comes near. */
  onNearEnd: () => void;
  noteFor?: (image: Image) => string;
};

/** How far from the end the next page is asked for, in screens. */
const NEAR_END = 3;

export const ImageGrid = (props: ImageGridProps) => {
  const { images, selection, onSelect, onOpen, openId, onDelete, onNearEnd, noteFor } = props;
  const [ref, width] = useElementWidth();
  const layout = useMemo(
    () => layoutDays(width > 0 ? groupByDay(images, new Date()) : [], width),
    [images, width],
  );
  const { top, bottom } = useVisibleRange(ref);
  const blocks = visibleBlocks(layout, top, bottom);
  const { activeId, setActiveId, moveBy } = useGridFocus(ref, layout, openId);
  const freshUrls = useRefreshExpiredUrl();
  useScrollAnchor(ref, layout);

  const isNearEnd = width > 0 && layout.height - bottom < window.innerHeight * NEAR_END;
  useEffect(() => {
    if (isNearEnd) onNearEnd();
  }, [isNearEnd, onNearEnd]);

  const actions = useMemo<TileActions>(() => {
    const order = () => images.map(({ id }) => id);
    return {
      open: onOpen,
      toggle: (id) => onSelect({ type: "toggle", id }),
      extend: (id) => onSelect({ type: "extend", id, order: order() }),
      focused: setActiveId,
      failed: freshUrls,
    };
  }, [images, onOpen, onSelect, setActiveId, freshUrls]);

  const onKeyDown = (event: KeyboardEvent) => {
    const active = images.find(({ id }) => id === activeId);
    if (event.key === "Delete" && active && selection.ids.size === 0) {
      onDelete?.(active);
      return;
    }
    const reached = moveBy(event);
    if (reached === null || !event.shiftKey || activeId === null) return;
    if (selection.ids.size === 0) onSelect({ type: "toggle", id: activeId });
    actions.extend(reached);
  };

  const shown = blocks.flatMap((block) => block.tiles);
  const tabStop = shown.some(({ image }) => image.id === activeId)
    ? activeId
    : (shown[0]?.image.id ?? null);
  const isSelecting = selection.ids.size > 0;

  return (
    // The keys are those of the tiles inside; the grid only listens in one place for all of them.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={ref}
      role="group"
      aria-label={props.label}
      onKeyDown={onKeyDown}
      className="relative"
      style={{ height: layout.height }}
    >
      {blocks.map((block) => (
        <section
          key={block.date}
          aria-label={block.title}
          className="group/day absolute"
          style={{ left: block.x, top: block.y, width: block.width, height: block.height }}
        >
          <DayHeading block={block} selection={selection} onSelect={onSelect} />
          <ul>
            {block.tiles.map(({ image, x, y, width: tileWidth, height }) => (
              <Tile
                key={image.id}
                image={image}
                x={x - block.x}
                y={y - block.y}
                width={tileWidth}
                height={height}
                isSelected={selection.ids.has(image.id)}
                isSelecting={isSelecting}
                isTabStop={image.id === tabStop}
                note={noteFor?.(image) ?? null}
                actions={actions}
              />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
};
