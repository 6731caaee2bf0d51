/** Has what is selected described, after it was said what that costs. */
import { lazy, Suspense, useState } from "react";

import { useSession } from "@/api";
import type { ActsOnStacks } from "@/components/gallery/selection-buttons";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { icon } from "@/ui";

const DescribeDialog = lazy(async () => ({
  default: (await import("./DescribeDialog")).DescribeDialog,
}));

// Not the sparkles of lazy-icons, which are not loaded with the first screen.
const DescribeIcon = icon(
  <path d="M4 6h16M4 11h9M4 16h6m8-4 1.4 3.6L23 17l-3.6 1.4L18 22l-1.4-3.6L13 17l3.6-1.4z" />,
);

export const DescribeButton = ({ selected, wholeStacks = false }: ActsOnStacks) => {
  const { available } = useSession().descriptions;
  const [isOpen, setIsOpen] = useState(false);
  if (!available) return null;
  return (
    <>
      <SelectionButton icon={<DescribeIcon />} onClick={() => setIsOpen(true)}>
        Describe
      </SelectionButton>
      {isOpen && (
        <Suspense fallback={null}>
          <DescribeDialog
            ids={selected.map(({ id }) => id)}
            hasStacks={wholeStacks && selected.some(({ stack_size: size }) => size)}
            onClose={() => setIsOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
};
