/** What can be done with the selected pictures; lies over the header while any is selected. */
import type { ReactNode } from "react";

import { CloseIcon, IconButton } from "@/ui";

type SelectionBarProps = { count: number; onClear: () => void; children: ReactNode };

export const SelectionBar = ({ count, onClear, children }: SelectionBarProps) => (
  <div
    role="toolbar"
    aria-label="Selected pictures"
    className="fixed inset-x-0 top-0 z-20 flex h-14 items-center gap-2 border-b border-line bg-raised px-2 pt-[env(safe-area-inset-top)] shadow-card sm:h-16 sm:px-5"
  >
    <IconButton label="Clear the selection" onClick={onClear}>
      <CloseIcon />
    </IconButton>
    <p role="status" className="grow font-semibold">
      {count} selected
    </p>
    {children}
  </div>
);
