/** A field that finds tags by a part of their paths, or takes the path of a new one. */
import { useState, type ReactNode } from "react";

import type { Tag } from "@/api";
import { formatNumber } from "@/locale";
import { Combobox, PlusIcon, TagIcon, type ComboboxOption } from "@/ui";

import { faultOf, isSamePath, matchingTags, MAX_PATH, recentTags, tidyPath } from "./tag-paths";
import { TagPath } from "./TagPath";

/** More would be a long way to scroll; what is typed finds the others. */
const MAX_SHOWN = 50;
const MAX_RECENT = 6;

type TagFieldProps = {
  label: string;
  tags: readonly Tag[];
  /** Null: only a tag that is there can be chosen. */
  onNew: ((path: string) => void) | null;
  onChoose: (tag: Tag) => void;
  /** Enter while nothing is typed. */
  onEnter?: () => void;
  hint: (whatEnterDoes: string | null) => ReactNode;
};

type Option = ComboboxOption & { tag: Tag | null };

const optionOf = (tag: Tag): Option => ({
  key: tag.id,
  tag,
  content: (
    <>
      <TagIcon className="size-5 text-muted" />
      <TagPath path={tag.path} />
      <span className="ml-auto pl-2 text-sm text-muted tabular-nums">
        {formatNumber(tag.count)}
      </span>
    </>
  ),
});

export const TagField = ({ label, tags, onNew, onChoose, onEnter, hint }: TagFieldProps) => {
  const [text, setText] = useState("");
  const path = tidyPath(text);
  const isTyped = path !== "";
  const fault = isTyped ? faultOf(path) : undefined;
  const found = isTyped
    ? matchingTags(tags, path).slice(0, MAX_SHOWN)
    : recentTags(tags).slice(0, MAX_RECENT);
  const isNew = isTyped && fault === undefined && !tags.some((tag) => isSamePath(tag.path, path));
  const options: Option[] = found.map(optionOf);
  if (onNew && isNew) {
    options.push({
      key: "new",
      tag: null,
      content: (
        <>
          <PlusIcon className="size-5 text-accent" />
          <span className="min-w-0 [overflow-wrap:anywhere]">New tag “{path}”</span>
        </>
      ),
    });
  }
  const [first] = options;
  const whatEnterDoes =
    !isTyped || !first
      ? null
      : first.tag
        ? `Enter takes “${first.tag.path}”.`
        : `Enter makes the tag “${path}”.`;
  return (
    <Combobox
      label={label}
      text={text}
      onText={setText}
      maxLength={MAX_PATH}
      error={fault}
      hint={<span className="block truncate">{hint(whatEnterDoes)}</span>}
      options={options}
      listLabel={isTyped ? "Tags that match" : "Tags used last"}
      listClassName="max-h-[min(14rem,28dvh)]"
      onChoose={({ tag }) => {
        setText("");
        if (tag) onChoose(tag);
        else onNew?.(path);
      }}
      {...(onEnter && !isTyped ? { onEnter } : {})}
    />
  );
};
