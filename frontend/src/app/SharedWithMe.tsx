/** Page of albums shared with the user: the list, or one album or library with its viewer. */
import { SharedWithMePage } from "@/features/shared-albums";

import { NotFound } from "./NotFound";
import { SharedAlbumPage } from "./SharedAlbumPage";
import { SharedLibraryPage } from "./SharedLibraryPage";
import { useViewerRoute } from "./use-viewer-route";
import { SHARED_LIBRARIES, SHARED_WITH_ME } from "./views";

const SharedWithMe = () => {
  const { path, openId, open, show, close } = useViewerRoute();
  if (path === SHARED_WITH_ME) return <SharedWithMePage />;
  const isLibrary = path.startsWith(`${SHARED_LIBRARIES}/`);
  const id = path.slice((isLibrary ? SHARED_LIBRARIES : SHARED_WITH_ME).length + 1);
  if (id.includes("/")) return <NotFound />;
  const Page = isLibrary ? SharedLibraryPage : SharedAlbumPage;
  return <Page key={id} id={id} openId={openId} onOpen={open} onShow={show} onClose={close} />;
};

export default SharedWithMe;
