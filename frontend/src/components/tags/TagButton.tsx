/** Changes the tags of what is selected. */
import { lazy, Suspense, useEffect, useEffectEvent, useState } from "react";

import type { TagChange } from "@/api";
import { useLoadAhead } from "@/components/albums/load-add-to-album-dialog";
import type { ActsOnStacks } from "@/components/gallery/selection-buttons";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { useFocusOnGrid } from "@/components/gallery/use-focus-on-grid";
import { isTyping, TagIcon } from "@/ui";

import { loadTagDialog } from "./load-tag-dialog";
import { useChangeTags } from "./use-change-tags";

const TagDialog = lazy(loadTagDialog);

export const TagButton = ({ selected, act, wholeStacks = false }: ActsOnStacks) => {
  const [isOpen, setIsOpen] = useState(false);
  const changeTags = useChangeTags();
  const noteUse = useFocusOnGrid();
  useLoadAhead(loadTagDialog);
  const press = useEffectEvent((event: KeyboardEvent) => {
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
    if (event.key !== "t" || hasModifier || event.defaultPrevented) return;
    if (isTyping(event.target) || document.querySelector("dialog[open], .viewer")) return;
    event.preventDefault();
    setIsOpen(true);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  const save = (change: TagChange) => {
    noteUse();
    setIsOpen(false);
    act((images) =>
      changeTags(
        images.map(({ id }) => id),
        change,
        wholeStacks,
      ),
    );
  };
  return (
    <>
      <SelectionButton icon={<TagIcon />} onClick={() => setIsOpen(true)}>
        Tags
      </SelectionButton>
      {isOpen && (
        <Suspense fallback={null}>
          <TagDialog
            ids={selected.map(({ id }) => id)}
            onSave={save}
            onClose={() => setIsOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
};
