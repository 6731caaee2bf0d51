/** Empty state of an album. */
import { Link } from "wouter";

import { AlbumsIcon, buttonClass, EmptyState } from "@/ui";

export const EmptyAlbum = () => (
  <EmptyState
    picture={<AlbumsIcon className="size-14 text-muted" />}
    title="This album is empty"
    actions={
      <Link href="/" className={buttonClass("primary")}>
        To your pictures
      </Link>
    }
  >
    <p>
      Select pictures in your timeline, then press “Add to album”; or drop new ones here. They are
      in your timeline as well.
    </p>
  </EmptyState>
);
