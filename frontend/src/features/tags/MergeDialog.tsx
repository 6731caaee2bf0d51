/** Making two tags one: which other, and what will happen. */
import { useEffect, useRef } from "react";

import { useRenameTag, type Tag } from "@/api";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { isBelow } from "@/components/tags/tag-paths";
import { TagField } from "@/components/tags/TagField";
import { counted, picturesInWords } from "@/locale";
import { Dialog } from "@/ui";

type ChooseTargetDialogProps = {
  tag: Tag;
  all: readonly Tag[];
  onChoose: (into: Tag) => void;
  onClose: () => void;
};

export const ChooseTargetDialog = ({ tag, all, onChoose, onClose }: ChooseTargetDialogProps) => {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => root.current?.querySelector("input")?.focus(), []);
  const others = all.filter(({ id, path }) => id !== tag.id && !isBelow(path, tag.path));
  return (
    <Dialog title={`Merge “${tag.path}” into another tag`} onClose={onClose} sheet>
      <div ref={root}>
        <TagField
          label="The tag that stays"
          tags={others}
          onNew={null}
          onChoose={onChoose}
          hint={(whatEnterDoes) =>
            whatEnterDoes ??
            (others.length === 0
              ? "There is no other tag."
              : "You are asked once more before anything is changed.")
          }
        />
      </div>
    </Dialog>
  );
};

type MergeDialogProps = {
  tag: Tag;
  into: Tag;
  /** How many tags are below it. */
  below: number;
  onDone: (id: string) => void;
  onClose: () => void;
};

export const MergeDialog = ({ tag, into, below, onDone, onClose }: MergeDialogProps) => {
  const merge = useRenameTag();
  const confirm = () =>
    merge.mutate(
      { id: tag.id, path: into.path, merge: true },
      { onSuccess: ({ id }) => onDone(id) },
    );
  return (
    <ConfirmButton
      title="Merge these tags?"
      action="Merge"
      doing={merge}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p className="text-ink [overflow-wrap:anywhere]">
        All pictures with “{tag.path}” ({picturesInWords(tag.count)}) get “{into.path}” (
        {picturesInWords(into.count)}) instead. “{tag.path}” is deleted.
      </p>
      {below > 0 && (
        <p>
          {counted(below, "tag")} below it {below === 1 ? "moves" : "move"} below “{into.path}”.
          Tags with the same name are merged, too.
        </p>
      )}
      <p>No picture is deleted. You cannot undo this.</p>
    </ConfirmButton>
  );
};
