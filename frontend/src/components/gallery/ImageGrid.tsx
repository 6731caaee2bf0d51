/** The justified grid: sections, days, rows and tiles where the layout says, and only those near the screen. */
import { useEffect, useMemo, type Dispatch, type KeyboardEvent, type ReactNode } from "react";

import type { ListedImage } from "@/api";

import { DayBlocks } from "./DayBlocks";
import type { GalleryList } from "./gallery-list";
import type { GridScroll } from "./grid-scroll";
import {
  findSpot,
  placeSections,
  visibleSections,
  type GridLayout,
  type PlacedSection,
} from "./layout-sections";
import { elementHeight } from "./scroll-scale";
import { SectionPlaceholder } from "./SectionPlaceholder";
import { nothingSelected, type Selection, type SelectionAction } from "./selection";
import type { TileActions } from "./Tile";
import { useElementWidth } from "./use-element-width";
import { useGridFocus, type OpenImage } from "./use-grid-focus";
import { useGridScroll } from "./use-grid-scroll";
import { usePointerSelection } from "./use-pointer-selection";

/** For what stands beside a grid and moves it. */
export type GridControl = { scroll: GridScroll; layout: GridLayout };

type ImageGridProps = {
  label: string;
  list: GalleryList;
  /** Null: nothing can be selected. */
  selection: Selection | null;
  onSelect: Dispatch<SelectionAction>;
  /** Selects a range that ends here; it starts at `from` while nothing is selected. */
  onExtend: (to: ListedImage, from?: ListedImage) => void;
  /** A thumbnail did not load. False: there is nothing left to try. */
  onFailed: (image: ListedImage) => boolean;
  path: string;
  /** Null: a click selects. */
  onOpen: ((id: string) => void) | null;
  /** The picture open in the viewer; the grid goes along with it, and when it closes, the focus comes back to it. */
  open: OpenImage | null;
  /** Delete was pressed on this picture, with nothing selected. */
  onDelete?: (image: ListedImage) => void;
  noteFor?: (image: ListedImage) => ReactNode;
  /** Each entry of the history has its own place in this grid. */
  keepsPlace: boolean;
  beside?: (control: GridControl) => ReactNode;
};

/** How far from the end the next page is asked for, in screens. */
const NEAR_END = 3;

/** The ids of the tiles in a stretch of the grid. */
const idsBetween = (
  sections: readonly PlacedSection[],
  top: number,
  bottom: number,
): readonly string[] =>
  sections.flatMap(
    ({ layout, y }) =>
      layout?.tiles
        .filter((tile) => y + tile.y < bottom && y + tile.y + tile.height > top)
        .map(({ image }) => image.id) ?? [],
  );

export const ImageGrid = (props: ImageGridProps) => {
  const { list, onSelect, onExtend, onFailed, path, onOpen, open, onDelete } = props;
  const selection = props.selection ?? nothingSelected;
  const { noteFor, keepsPlace } = props;
  const { sections, more, loader: Loader } = list;
  const [ref, width] = useElementWidth();
  const layout = useMemo(() => placeSections(sections, width), [sections, width]);
  const { scroll, view, near } = useGridScroll({ ref, layout, keepsPlace, isOpen: open !== null });
  const { activeId, setActiveId, moveBy } = useGridFocus({ ref, layout, scroll, open });
  const pointer = usePointerSelection({ list, layout, selection, onSelect });

  const onNearEnd = more?.onNearEnd;
  const isNearEnd = width > 0 && layout.height - view.bottom < window.innerHeight * NEAR_END;
  useEffect(() => {
    if (isNearEnd) onNearEnd?.();
  }, [isNearEnd, onNearEnd]);

  const actions = useMemo<TileActions>(
    () => ({
      path,
      open: onOpen,
      toggle: (image) => onSelect({ type: "toggle", image }),
      extend: (image) => onExtend(image),
      focused: setActiveId,
      failed: onFailed,
    }),
    [path, onOpen, onSelect, onExtend, setActiveId, onFailed],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    const active = findSpot(layout, activeId)?.tile.image;
    if (event.key === "Delete" && active && selection.images.size === 0) {
      onDelete?.(active);
      return;
    }
    const reached = findSpot(layout, moveBy(event))?.tile.image;
    if (reached && active && event.shiftKey) onExtend(reached, active);
  };

  const shown = visibleSections(layout, view.top, view.bottom);
  const shownIds = idsBetween(shown, view.top, view.bottom);
  const topmost = idsBetween(shown, view.free, view.bottom)[0];
  const tabStop = activeId !== null && shownIds.includes(activeId) ? activeId : (topmost ?? null);
  const toLoad = Loader ? visibleSections(layout, near.top, near.bottom) : [];

  return (
    <>
      {Loader && width > 0 && (
        <Loader
          buckets={toLoad.flatMap(({ buckets }) => buckets.map(({ key }) => key))}
          ids={idsBetween(toLoad, near.top, near.bottom)}
        />
      )}
      {/* The keys are those of the tiles inside; the grid only listens in one place for all of them. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={ref}
        role="group"
        aria-label={props.label}
        onKeyDown={onKeyDown}
        {...(props.selection && pointer)}
        className="relative select-none"
        style={{ height: elementHeight(layout.height) }}
      >
        {shown.map((section) =>
          section.layout ? (
            <DayBlocks
              key={section.key}
              layout={section.layout}
              y={section.y - view.base}
              top={view.top - section.y}
              bottom={view.bottom - section.y}
              known={list.known}
              selection={props.selection}
              onSelect={onSelect}
              tabStop={tabStop}
              actions={actions}
              {...(noteFor ? { noteFor } : {})}
            />
          ) : (
            <SectionPlaceholder
              key={section.key}
              section={section}
              y={section.y - view.base}
              width={width}
            />
          ),
        )}
      </div>
      {props.beside?.({ scroll, layout })}
    </>
  );
};
