/** Context with the tag of a selection: a gallery gives its actions the selection only. */
import { createContext, use } from "react";

import type { Tag } from "@/api";

export const TagContext = createContext<Tag | null>(null);

/** @throws Error outside a tag's page. */
export const useThisTag = (): Tag => {
  const tag = use(TagContext);
  if (!tag) throw new Error("useThisTag() is used outside a tag");
  return tag;
};
