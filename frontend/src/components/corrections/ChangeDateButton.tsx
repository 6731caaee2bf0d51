/** Changes when the selected pictures were taken. */
import { lazy, Suspense, useState } from "react";

import { useKnownImages, type DateChange } from "@/api";
import type { ActsOnStacks } from "@/components/gallery/selection-buttons";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { CalendarIcon } from "@/ui";

import { useCorrectDates } from "./use-correct-dates";

const DateDialog = lazy(async () => ({ default: (await import("./DateDialog")).DateDialog }));

export const ChangeDateButton = ({ selected, act, wholeStacks = false }: ActsOnStacks) => {
  const [isOpen, setIsOpen] = useState(false);
  const known = useKnownImages();
  const correctDates = useCorrectDates();
  const [first] = selected;
  const change = (wanted: DateChange) => {
    setIsOpen(false);
    act((images) =>
      correctDates(
        images.map(({ id }) => id),
        wanted,
        wholeStacks,
      ),
    );
  };
  return (
    <>
      <SelectionButton short="Date" icon={<CalendarIcon />} onClick={() => setIsOpen(true)}>
        Change date
      </SelectionButton>
      {isOpen && first && (
        <Suspense fallback={null}>
          <DateDialog
            count={selected.length}
            first={known.get(first.id) ?? first}
            onChange={change}
            onClose={() => setIsOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
};
