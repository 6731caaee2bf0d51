/** Shares an album: by a link, or with people who have an account here. */
import { Suspense, useState } from "react";

import type { Album } from "@/api";
import { PeopleDialog, ShareDialog } from "@/components/sharing/load-share-dialog";
import { ShareIcon } from "@/components/sharing/ShareIcon";
import type { Way } from "@/components/sharing/ShareTabs";
import { Button } from "@/ui";

export const ShareAlbumButton = ({ album: { id, title } }: { album: Album }) => {
  const [way, setWay] = useState<Way | null>(null);
  const close = () => setWay(null);
  return (
    <>
      <Button icon={<ShareIcon />} onClick={() => setWay("link")}>
        Share
      </Button>
      <Suspense fallback={null}>
        {way === "link" && (
          <ShareDialog
            what={{ album_id: id, words: `“${title}”`, title }}
            onWay={setWay}
            onClose={close}
          />
        )}
        {way === "people" && (
          <PeopleDialog albumId={id} title={title} onWay={setWay} onClose={close} />
        )}
      </Suspense>
    </>
  );
};
