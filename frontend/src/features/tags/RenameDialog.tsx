/** A dialog for the path of a tag: another name, or a place below another tag. */
import { useState } from "react";

import { useRenameTag, type Tag } from "@/api";
import { fieldError, FormDialog } from "@/components/settings/FormDialog";
import { faultOf, isBelow, isSamePath, MAX_PATH, tidyPath } from "@/components/tags/tag-paths";
import { TextField } from "@/ui";

type RenameDialogProps = {
  tag: Tag;
  all: readonly Tag[];
  /** There is a tag with that path: both may become one. */
  onMerge: (into: Tag) => void;
  onClose: () => void;
};

export const RenameDialog = ({ tag, all, onMerge, onClose }: RenameDialogProps) => {
  const [mistake, setMistake] = useState<string>();
  const rename = useRenameTag();
  const below = all.some(({ path }) => isBelow(path, tag.path));
  const submit = (text: (field: string) => string) => {
    const path = tidyPath(text("path"));
    const there = all.find((each) => each.id !== tag.id && isSamePath(each.path, path));
    const fault = isBelow(path, tag.path) ? "A tag cannot be below itself." : faultOf(path);
    setMistake(fault);
    if (fault !== undefined) return;
    if (path === tag.path) onClose();
    else if (there) onMerge(there);
    else rename.mutate({ id: tag.id, path }, { onSuccess: onClose });
  };
  return (
    <FormDialog
      title="Rename or move the tag"
      action="Save"
      doing={rename}
      isSaidBelow={fieldError(rename.error, "path") !== undefined}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label="Path"
        name="path"
        defaultValue={tag.path}
        maxLength={MAX_PATH}
        autoComplete="off"
        spellCheck={false}
        error={mistake ?? fieldError(rename.error, "path")}
        hint={
          below
            ? "A / puts it below another tag: family/Oma. The tags below it come along."
            : "A / puts it below another tag: family/Oma."
        }
      />
    </FormDialog>
  );
};
