/** Bar of actions for selected pictures: over the header, and on a phone over the bar below. */
import type { ReactNode } from "react";

import { isWhole, useKnownImages, useTotalSize, type ListedImage } from "@/api";
import { formatNumber } from "@/locale";
import { CloseIcon, formatBytes, IconButton } from "@/ui";

import { MAX_SELECTED } from "./selection";

/** How large the originals are together, in words; null: that is not known yet. */
const useSizeInWords = (selected: readonly ListedImage[], isOwn: boolean): string | null => {
  const known = useKnownImages();
  const sizes = selected.map((image) => (isWhole(image) ? image : known.get(image.id))?.size);
  // Buckets have no sizes.
  const isKnown = !sizes.includes(undefined);
  const asked = useTotalSize(isOwn && !isKnown ? selected : null);
  if (!isOwn) return null;
  const total = isKnown ? sizes.reduce<number>((sum, size = 0) => sum + size, 0) : asked;
  return total === undefined ? null : formatBytes(total);
};

type SelectionBarProps = {
  selected: readonly ListedImage[];
  onClear: () => void;
  /** Of others' pictures nobody is told how large they are. */
  isOwn?: boolean;
  children: ReactNode;
};

export const SelectionBar = ({ selected, onClear, isOwn = true, children }: SelectionBarProps) => {
  const size = useSizeInWords(selected, isOwn);
  const isFull = selected.length >= MAX_SELECTED;
  return (
    <div
      role="toolbar"
      aria-label="Selected pictures"
      className="fixed inset-x-0 top-0 z-30 flex h-[calc(3.5rem+env(safe-area-inset-top))] items-center gap-1 border-b border-line bg-raised px-2 pt-[env(safe-area-inset-top)] shadow-card sm:h-16 xl:px-4"
    >
      <IconButton label="Clear the selection" onClick={onClear}>
        <CloseIcon />
      </IconButton>
      <p className="min-w-0 grow leading-tight">
        <span role="status" className="font-semibold whitespace-nowrap">
          {formatNumber(selected.length)} selected
        </span>
        <span className="block truncate text-sm text-muted">
          {[size, isFull && "as many as can be changed at once"].filter(Boolean).join(", ")}
          {isOwn && size === null && "\u00a0"}
        </span>
      </p>
      {/* On a phone six in a row, with their words below the icons. */}
      <div className="flex shrink-0 items-center max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:min-h-[calc(3.5rem+1px+env(safe-area-inset-bottom))] max-sm:flex-wrap max-sm:justify-center max-sm:border-t max-sm:border-line max-sm:bg-raised max-sm:px-1 max-sm:pb-[env(safe-area-inset-bottom)] max-sm:*:min-w-1/6">
        {children}
      </div>
    </div>
  );
};

type SelectionButtonProps = {
  icon: ReactNode;
  onClick: () => void;
  children: string;
  /** The words where there is little room; they are among the others. */
  short?: string;
};

/** One thing to do with what is selected; in a window between a phone's and a desk's its icon stands alone. */
export const SelectionButton = ({
  icon,
  onClick,
  children,
  short = children,
}: SelectionButtonProps) => (
  <button
    type="button"
    title={children}
    onClick={onClick}
    className="flex h-13 min-w-11 flex-col items-center justify-center gap-1 rounded-xl px-0.5 text-[0.6875rem] leading-none font-medium whitespace-nowrap transition-colors hover:bg-hover xl:px-2 xl:text-xs"
  >
    {icon}
    <span className="sr-only">{children}</span>
    <span aria-hidden="true" className="sm:max-lg:hidden xl:hidden">
      {short}
    </span>
    <span aria-hidden="true" className="max-xl:hidden">
      {children}
    </span>
  </button>
);
