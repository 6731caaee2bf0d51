/** Page of albums shared with the user: the list, or one album with its viewer. */
import { SharedWithMePage } from "@/features/shared-albums";

import { NotFound } from "./NotFound";
import { SharedAlbumPage } from "./SharedAlbumPage";
import { useViewerRoute } from "./use-viewer-route";
import { SHARED_WITH_ME } from "./views";

const SharedWithMe = () => {
  const { path, openId, open, show, close } = useViewerRoute();
  if (path === SHARED_WITH_ME) return <SharedWithMePage />;
  const id = path.slice(SHARED_WITH_ME.length + 1);
  if (id.includes("/")) return <NotFound />;
  return (
    <SharedAlbumPage key={id} id={id} openId={openId} onOpen={open} onShow={show} onClose={close} />
  );
};

export default SharedWithMe;
