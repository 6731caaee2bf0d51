/** The heading of a day: stays in sight while its pictures pass, and selects them all. */
import type { Dispatch } from "react";

import { CheckIcon, classNames } from "@/ui";

import type { DayBlock } from "./layout-days";
import type { Selection, SelectionAction } from "./selection";

type DayHeadingProps = {
  block: DayBlock;
  /** Null: nothing can be selected. */
  selection: Selection | null;
  onSelect: Dispatch<SelectionAction>;
  /** Only the day of the picture that Tab reaches: there are as many as one scrolls. */
  isTabStop: boolean;
};

export const DayHeading = ({ block, selection, onSelect, isTabStop }: DayHeadingProps) => {
  const { images } = block;
  const selected = selection?.images;
  const isSelected = images.every(({ id }) => selected?.has(id));
  return (
    <div className="sticky top-14 z-10 -mx-1 flex h-11 items-center bg-canvas px-1 sm:top-16">
      <h2 className="font-semibold tracking-tight whitespace-nowrap">{block.title}</h2>
      {selected && (
        <button
          type="button"
          role="checkbox"
          aria-checked={isSelected}
          aria-label={`Select all of ${block.title}`}
          tabIndex={isTabStop ? 0 : -1}
          onClick={() => onSelect({ type: "toggleAll", images })}
          className={classNames(
            "flex size-11 items-center justify-center rounded-full text-muted transition-opacity hover:text-ink",
            "focus-visible:opacity-100 focus-visible:-outline-offset-4 pointer-coarse:opacity-70",
            selected.size > 0 ? "opacity-100" : "opacity-0 group-hover/day:opacity-100",
          )}
        >
          <span
            className={classNames(
              "flex size-5 items-center justify-center rounded-full border-[1.5px]",
              isSelected ? "border-accent bg-accent text-canvas" : "border-current",
            )}
          >
            {isSelected && <CheckIcon className="size-3.5" />}
          </span>
        </button>
      )}
    </div>
  );
};
