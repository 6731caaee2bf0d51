/** Empty state of a tag. */
import { Link } from "wouter";

import { buttonClass, EmptyState, TagIcon } from "@/ui";

export const EmptyTag = () => (
  <EmptyState
    picture={<TagIcon className="size-14 text-muted" />}
    title="No picture has this tag"
    actions={
      <Link href="/" className={buttonClass("primary")}>
        To your pictures
      </Link>
    }
  >
    <p>
      Select pictures in your timeline and press T, or “Tags”, to give them this tag. If you need it
      no longer, delete it in the menu above.
    </p>
  </EmptyState>
);
