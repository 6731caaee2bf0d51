/** What is not shared with this person, or not any more. */
import type { ReactNode } from "react";
import { Link } from "wouter";

import { buttonClass, EmptyState, usePageTitle } from "@/ui";
import { ShareIcon } from "@/components/sharing/ShareIcon";

export const NotShared = ({ what, children }: { what: string; children: ReactNode }) => {
  usePageTitle("Not shared");
  return (
    <EmptyState
      picture={<ShareIcon className="size-14 text-muted" />}
      title={`This ${what} is not shared with you`}
      actions={
        <Link href="/shared-with-me" className={buttonClass()}>
          Shared with me
        </Link>
      }
    >
      <p>{children}</p>
    </EmptyState>
  );
};

export const ClosedAlbum = () => (
  <NotShared what="album">
    It may have been deleted, or you are not in it any more. Ask whose it is to invite you again.
  </NotShared>
);
