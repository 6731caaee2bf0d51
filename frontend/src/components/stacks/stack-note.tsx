/** Badge of a tile that represents a stack. */
import type { ReactNode } from "react";

import type { ListedImage } from "@/api";
import { HeartIcon, StackIcon, VisuallyHidden } from "@/ui";

/** The same note for the same words, so that tiles need not render again. */
const notes = new Map<string, ReactNode>();

export const stackNote = ({ stack_size: size, favourite }: ListedImage): ReactNode => {
  if (typeof size !== "number") return null;
  const key = `${size} ${favourite}`;
  const note = notes.get(key) ?? (
    <span className="flex items-center gap-1 tabular-nums">
      {favourite && <HeartIcon className="size-3.5 fill-current" />}
      <StackIcon className="size-3.5" />
      <span aria-hidden="true">{size}</span>
      <VisuallyHidden>
        {favourite && ", favourite"}, stack of {size} pictures
      </VisuallyHidden>
    </span>
  );
  notes.set(key, note);
  return note;
};
