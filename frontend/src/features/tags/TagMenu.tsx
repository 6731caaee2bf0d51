/** Menu of one tag: rename or move, merge, delete. */
import { useState } from "react";
import { useLocation } from "wouter";

import { toProblem, useDeleteTag, type Tag } from "@/api";
import { isBelow } from "@/components/tags/tag-paths";
import { counted } from "@/locale";
import { Menu, MoreIcon, PencilIcon, TagIcon, TrashIcon, useToast } from "@/ui";

import { ChooseTargetDialog, MergeDialog } from "./MergeDialog";
import { RenameDialog } from "./RenameDialog";

/** Deletes a tag and leaves its page, and offers to bring it back. */
const useDelete = (tag: Tag, all: readonly Tag[]) => {
  const { remove, restore } = useDeleteTag();
  const [, navigate] = useLocation();
  const toast = useToast();
  const showError = (error: unknown) =>
    toast.show({ tone: "error", message: toProblem(error).detail });
  const below = all.filter(({ path }) => isBelow(path, tag.path)).length;
  const withThem = below === 0 ? "" : ` with ${counted(below, "tag")} below it`;
  const run = async () => {
    await remove(tag);
    navigate("/tags");
    toast.show({
      message: `${tag.path} was deleted${withThem}. Its pictures stay in your library.`,
      action: { label: "Undo", onAction: () => void restore(tag.id).catch(showError) },
    });
  };
  return () => void run().catch(showError);
};

type Open = "rename" | "choose" | { into: Tag } | null;

export const TagMenu = ({ tag, all }: { tag: Tag; all: readonly Tag[] }) => {
  const [open, setOpen] = useState<Open>(null);
  const [, navigate] = useLocation();
  const onDelete = useDelete(tag, all);
  const close = () => setOpen(null);
  const into = (target: Tag) => setOpen({ into: target });
  return (
    <>
      <Menu
        label="More for this tag"
        items={[
          { label: "Rename or move", icon: <PencilIcon />, onSelect: () => setOpen("rename") },
          { label: "Merge into another", icon: <TagIcon />, onSelect: () => setOpen("choose") },
          { label: "Delete tag", icon: <TrashIcon />, onSelect: onDelete },
        ]}
      >
        <MoreIcon />
      </Menu>
      {open === "rename" && <RenameDialog tag={tag} all={all} onMerge={into} onClose={close} />}
      {open === "choose" && (
        <ChooseTargetDialog tag={tag} all={all} onChoose={into} onClose={close} />
      )}
      {typeof open === "object" && open !== null && (
        <MergeDialog
          tag={tag}
          into={open.into}
          below={all.filter(({ path }) => isBelow(path, tag.path)).length}
          onDone={(id) => {
            close();
            navigate(`/tags/${id}`, { replace: true });
          }}
          onClose={close}
        />
      )}
    </>
  );
};
