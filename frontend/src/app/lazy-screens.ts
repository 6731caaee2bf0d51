/** The screens, each loaded when it is first shown. */
import { lazy } from "react";

import { afterFirstPicture } from "./first-picture";
import { lazyWithPreload } from "./lazy-with-preload";

export const AlbumsPage = lazy(async () => ({
  default: (await import("@/features/albums")).AlbumsPage,
}));
export const AlbumPage = lazy(() => import("./AlbumPage"));
export const AlbumViewer = lazyWithPreload(async () => (await import("./AlbumViewer")).default);
export const TagsPage = lazy(async () => ({ default: (await import("@/features/tags")).TagsPage }));
export const TagPage = lazy(() => import("./TagPage"));
export const Palette = lazy(async () => ({ default: (await import("./palette")).Palette }));
export const PageKeys = lazy(async () => ({ default: (await import("./palette")).PageKeys }));
export const SearchBox = lazy(async () => {
  await afterFirstPicture();
  return { default: (await import("./SearchBox")).SearchBox };
});
export const LookalikesPage = lazy(async () => ({
  default: (await import("@/features/lookalikes")).LookalikesPage,
}));
export const AltTextsPage = lazy(async () => ({
  default: (await import("@/features/alt-texts")).AltTextsPage,
}));
export const StatisticsPage = lazy(async () => ({
  default: (await import("@/features/statistics")).StatisticsPage,
}));
export const SharedLinksPage = lazy(async () => ({
  default: (await import("@/features/sharing")).SharedLinksPage,
}));
export const SharedWithMe = lazy(() => import("./SharedWithMe"));
const loadSearch = () => import("./SearchPage");
export const SearchPage = lazy(async () => ({ default: (await loadSearch()).SearchPage }));
export const SearchViewer = lazyWithPreload(async () => (await loadSearch()).SearchViewer);
const loadMap = () => import("./MapPage");
export const MapPage = lazy(async () => ({ default: (await loadMap()).MapPage }));
export const MapViewer = lazyWithPreload(async () => (await loadMap()).MapViewer);
export const TrashViewer = lazyWithPreload(async () => (await import("./TrashViewer")).TrashViewer);
export const TrashPage = lazy(async () => ({
  default: (await import("@/features/trash")).TrashPage,
}));
export const Settings = lazy(async () => ({
  default: (await import("@/features/settings")).Settings,
}));

/** What is shown while nobody is signed in, and what comes next there, asked for together. */
export const loadAuth = () => import("@/features/auth");
export const loadSignedOut = () => {
  void loadAuth();
  return import("./signed-out-bundle");
};
export const SignedOut = lazy(async () => ({ default: (await loadSignedOut()).SignedOut }));
export const LinkPage = lazy(async () => ({ default: (await loadSignedOut()).LinkPage }));
export const RedirectSignedIn = lazy(async () => ({
  default: (await loadSignedOut()).RedirectSignedIn,
}));
export const LocalMailbox = lazy(async () => ({
  default: (await import("@/features/auth/local-mailbox")).LocalMailbox,
}));
export const ReauthDialog = lazy(async () => ({
  default: (await import("@/features/auth/reauth")).ReauthDialog,
}));

const loadAgain = () => import("@/features/auth/session-expired");
export const SignInAgainDialog = lazy(async () => ({
  default: (await loadAgain()).SignInAgainDialog,
}));
export const SignedInTab = lazy(async () => ({ default: (await loadAgain()).SignedInTab }));

export const Admin = lazy(async () => ({
  default: (await import("@/features/admin")).Admin,
}));

export const Viewer = lazyWithPreload(async () => (await import("@/features/viewer")).default);
export const ViewerLayer = lazyWithPreload(async () => {
  Viewer.preload(); // which it will want as soon as it is there
  return (await import("./ViewerLayer")).ViewerLayer;
});

/** Loads the viewer once a pointer or the focus is at a picture. Returns what ends that. */
export const preloadViewer = (): (() => void) => {
  const over = new AbortController();
  const look = ({ target }: Event) => {
    if (!(target instanceof Element) || !target.closest("[data-image]")) return;
    over.abort();
    ViewerLayer.preload();
  };
  for (const type of ["pointerover", "focusin"]) {
    document.addEventListener(type, look, { passive: true, signal: over.signal });
  }
  return () => over.abort();
};
export const LazyUpload = lazy(async () => {
  await afterFirstPicture();
  return import("./LazyUpload");
});
