/** Shares an album by a link. */
import { Suspense, useState } from "react";

import type { Album } from "@/api";
import { ShareDialog } from "@/components/sharing/load-share-dialog";
import { ShareIcon } from "@/components/sharing/ShareIcon";
import { Button } from "@/ui";

export const ShareAlbumButton = ({ album: { id, title } }: { album: Album }) => {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button icon={<ShareIcon />} onClick={() => setIsOpen(true)}>
        Share
      </Button>
      {isOpen && (
        <Suspense fallback={null}>
          <ShareDialog
            what={{ album_id: id, words: `“${title}”`, title }}
            onClose={() => setIsOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
};
