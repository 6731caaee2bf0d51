/** The days of one section of a grid, as far as they are near the screen. */
import type { Dispatch, ReactNode } from "react";

import type { KnownImages, ListedImage } from "@/api";

import { DayHeading } from "./DayHeading";
import { visibleBlocks, type Layout } from "./layout-days";
import type { Selection, SelectionAction } from "./selection";
import { Tile, type TileActions } from "./Tile";

type DayBlocksProps = {
  layout: Layout;
  /** Where the section is drawn. */
  y: number;
  /** The stretch that is rendered, from the section's top. */
  top: number;
  bottom: number;
  known: KnownImages | null;
  /** Null: nothing can be selected. */
  selection: Selection | null;
  onSelect: Dispatch<SelectionAction>;
  /** The one picture that Tab reaches. */
  tabStop: string | null;
  noteFor?: (image: ListedImage) => ReactNode;
  actions: TileActions;
};

export const DayBlocks = (props: DayBlocksProps) => {
  const { layout, y, top, bottom, known, selection, onSelect, tabStop, noteFor, actions } = props;
  const selected = selection?.images;
  const isSelecting = selected ? selected.size > 0 : null;
  return visibleBlocks(layout, top, bottom).map((block) => (
    <section
      key={block.date}
      aria-label={block.title || undefined}
      className="group/day absolute"
      style={{ left: block.x, top: y + block.y, width: block.width, height: block.height }}
    >
      {block.title !== "" && (
        <DayHeading
          block={block}
          selection={selection}
          onSelect={onSelect}
          isTabStop={block.tiles.some(({ image }) => image.id === tabStop)}
        />
      )}
      <ul>
        {block.tiles.map((tile) => {
          const image = known?.get(tile.image.id) ?? tile.image;
          return (
            <Tile
              key={image.id}
              image={image}
              x={tile.x - block.x}
              y={tile.y - block.y}
              width={tile.width}
              height={tile.height}
              isSelected={selected?.has(image.id) ?? false}
              isSelecting={isSelecting}
              isTabStop={image.id === tabStop}
              note={noteFor?.(tile.image) ?? null}
              actions={actions}
            />
          );
        })}
      </ul>
    </section>
  ));
};
