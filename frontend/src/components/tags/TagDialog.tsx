/** The tags of pictures: which they have, giving them more and taking some away. Nothing is changed until it is saved. */
import { useEffect, useRef, useState } from "react";

import { toProblem, useTags, useTagsOfImages, type TagChange, type TagOfImages } from "@/api";
import { formatNumber, picturesInWords } from "@/locale";
import {
  Button,
  classNames,
  CloseIcon,
  Dialog,
  IconButton,
  RestoreIcon,
  Spinner,
  VisuallyHidden,
} from "@/ui";

import { isSamePath } from "./tag-paths";
import { TagField } from "./TagField";
import { TagPath } from "./TagPath";

type TagDialogProps = {
  ids: readonly string[];
  onSave: (change: TagChange) => void;
  onClose: () => void;
};

type ChipProps = {
  path: string;
  /** How many of the pictures have it; null: all. */
  some: string | null;
  look: "there" | "added" | "removed";
  onPress: () => void;
};

const Chip = ({ path, some, look, onPress }: ChipProps) => (
  <li
    className={classNames(
      "flex min-h-11 max-w-full items-center rounded-full pl-3.5",
      look === "added" ? "bg-accent-soft text-accent" : "bg-sunken",
    )}
  >
    <span className={classNames("min-w-0 py-1.5", look === "removed" && "line-through")}>
      <TagPath path={path} />
    </span>
    {look === "added" && <span className="pl-2 text-sm">added</span>}
    {look === "removed" && <VisuallyHidden>will be removed</VisuallyHidden>}
    {look === "there" && some !== null && <span className="pl-2 text-sm text-muted">{some}</span>}
    <IconButton
      label={look === "removed" ? `Keep ${path}` : `Remove ${path}`}
      onClick={onPress}
      className="size-11!"
    >
      {look === "removed" ? <RestoreIcon className="size-4" /> : <CloseIcon className="size-4" />}
    </IconButton>
  </li>
);

export const TagDialog = ({ ids, onSave, onClose }: TagDialogProps) => {
  const tags = useTags();
  const given = useTagsOfImages(ids);
  const [added, setAdded] = useState<readonly string[]>([]);
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => root.current?.querySelector("input")?.focus(), []);

  const present = given.data ?? [];
  const isOnAll = ({ count }: TagOfImages) => count === new Set(ids).size;
  const keep = (id: string) => setRemoved(new Set([...removed].filter((each) => each !== id)));
  const add = (path: string) => {
    const there = present.find((tag) => isSamePath(tag.path, path));
    if (there) keep(there.id);
    if (there && isOnAll(there)) return;
    if (!added.some((each) => isSamePath(each, path))) setAdded([...added, path]);
  };
  const drop = (path: string) => setAdded(added.filter((each) => each !== path));
  const gone = present.filter(({ id }) => removed.has(id));
  const hasChanges = added.length > 0 || gone.length > 0;
  const save = () => {
    if (hasChanges) onSave({ add: added, remove: gone });
    else onClose();
  };
  const isTobeAdded = ({ path }: TagOfImages) => added.some((each) => isSamePath(each, path));
  const remains = present.filter((tag) => !isTobeAdded(tag));
  const failed = given.error ?? tags.error;
  return (
    <Dialog
      title={ids.length === 1 ? "Tags of this picture" : `Tags of ${picturesInWords(ids.length)}`}
      onClose={onClose}
      sheet
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" onClick={save}>
            Save
          </Button>
        </>
      }
    >
      <div ref={root}>
        <TagField
          label="Add a tag"
          tags={tags.data ?? []}
          onChoose={({ path }) => add(path)}
          onNew={add}
          onEnter={save}
          hint={(whatEnterDoes) =>
            whatEnterDoes ??
            (hasChanges ? "Enter saves." : "A / puts a tag below another: family/Oma.")
          }
        />
        <h3 className="mt-5 text-sm text-muted">
          {ids.length === 1 ? "On this picture" : "On these pictures"}
        </h3>
        {given.isPending && (
          <p role="status" className="flex items-center gap-3 py-3 text-muted">
            <Spinner className="size-5" /> Loading
          </p>
        )}
        {failed && !given.isPending && (
          <p role="alert" className="py-3 text-danger">
            {toProblem(failed).detail}
          </p>
        )}
        {given.data && remains.length === 0 && added.length === 0 && (
          <p className="py-2.5">No tags yet.</p>
        )}
        <ul aria-label="Tags of the pictures" className="mt-2 flex flex-wrap gap-2 empty:hidden">
          {remains.map((tag) => (
            <Chip
              key={tag.id}
              path={tag.path}
              some={isOnAll(tag) ? null : `on ${formatNumber(tag.count)}`}
              look={removed.has(tag.id) ? "removed" : "there"}
              onPress={() =>
                removed.has(tag.id) ? keep(tag.id) : setRemoved(new Set([...removed, tag.id]))
              }
            />
          ))}
          {added.map((path) => (
            <Chip key={path} path={path} some={null} look="added" onPress={() => drop(path)} />
          ))}
        </ul>
      </div>
    </Dialog>
  );
};
