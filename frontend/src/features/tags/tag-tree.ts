/** Tags as a tree. */
import type { Tag } from "@/api";
import { isBelow } from "@/components/tags/tag-paths";

export type TagNode = { tag: Tag; below: TagNode[] };

/** `tags` as the API lists them: each is followed by those below it. */
export const treeOf = (tags: readonly Tag[]): TagNode[] => {
  const top: TagNode[] = [];
  const open: TagNode[] = [];
  for (const tag of tags) {
    const node: TagNode = { tag, below: [] };
    while (open.length > 0 && !isBelow(tag.path, open.at(-1)?.tag.path ?? "")) open.pop();
    (open.at(-1)?.below ?? top).push(node);
    open.push(node);
  }
  return top;
};
