/** Everything a signed-in person sees: the frame, the pages in it, the viewer above and the uploads beside. */
import { Suspense, useEffect, useRef } from "react";
import { Route, Switch, useLocation } from "wouter";

import { albumOf, tagOf } from "@/api";
import { GridSkeleton, Spinner, VisuallyHidden } from "@/ui";

import { AddressNotice } from "./AddressNotice";
import { BottomBar } from "./BottomBar";
import { DeletionNotice } from "./DeletionNotice";
import { ErrorBoundary } from "./ErrorBoundary";
import { Header } from "./Header";
import {
  AlbumPage,
  AlbumViewer,
  AlbumsPage,
  AltTextsPage,
  LazyUpload,
  LookalikesPage,
  MapPage,
  MapViewer,
  SearchPage,
  SearchViewer,
  SharedLinksPage,
  SharedWithMe,
  StatisticsPage,
  TagPage,
  TagsPage,
  TrashViewer,
  preloadViewer,
  ViewerLayer,
} from "./lazy-screens";
import { isWithin } from "./navigation";
import { NotFound } from "./NotFound";
import { OfflineNotice } from "./OfflineNotice";
import { AdministrationPage, DeletedPage, SettingsPage, ViewPage } from "./pages";
import { PaletteLayer } from "./PaletteLayer";
import { SEARCH } from "./search-address";
import { useViewerRoute } from "./use-viewer-route";
import { DELETED, MAP, VIEWS, viewAt } from "./views";

const Waiting = () => (
  <div role="status" className="flex justify-center py-24 text-muted">
    <Spinner />
    <VisuallyHidden>Loading</VisuallyHidden>
  </div>
);

const hasGrid = (path: string): boolean =>
  !isWithin(path, "/settings") && !isWithin(path, "/admin");

export const SignedIn = () => {
  const [, navigate] = useLocation();
  const { path, openId, open, show, close } = useViewerRoute();
  const view = viewAt(path);
  const mainView = VIEWS[path];
  const albumId = view && albumOf(view);
  const tagId = view && tagOf(view);
  const main = useRef<HTMLElement>(null);
  const lastPath = useRef(path);
  useEffect(preloadViewer, []);

  // A new page is announced by moving the focus to it; the first one is where the browser puts it.
  useEffect(() => {
    if (lastPath.current === path) return;
    lastPath.current = path;
    if (!main.current?.contains(document.activeElement)) {
      main.current?.focus({ preventScroll: true });
    }
    // Timelines have places of their own to go back to.
    if (!viewAt(path)) window.scrollTo({ top: 0, behavior: "instant" });
  }, [path]);

  return (
    <>
      <div inert={openId !== null} className="flex min-h-dvh flex-col">
        <a
          href="#main"
          className="fixed top-2 left-2 z-50 -translate-y-20 rounded-full bg-ink px-5 py-2.5 font-medium text-canvas focus:translate-y-0"
        >
          Skip to the content
        </a>
        <Header path={path} onGo={navigate} />
        <DeletionNotice />
        <AddressNotice />
        <OfflineNotice />
        <main
          ref={main}
          id="main"
          tabIndex={-1}
          className="grow px-4 pt-1 pb-[calc(5rem+env(safe-area-inset-bottom))] max-sm:has-[[role=toolbar]]:pb-[calc(8rem+env(safe-area-inset-bottom))] outline-none sm:px-6 sm:pb-10"
        >
          <ErrorBoundary key={path} title="This page stopped working">
            <Suspense fallback={hasGrid(path) ? <GridSkeleton /> : <Waiting />}>
              <Switch>
                <Route path="/settings/*?">
                  <SettingsPage path={path} />
                </Route>
                <Route path="/admin/*?">
                  <AdministrationPage path={path} />
                </Route>
                <Route path="/albums" component={AlbumsPage} />
                <Route path="/tags" component={TagsPage} />
                <Route path="/look-alikes" component={LookalikesPage} />
                <Route path="/alt-texts" component={AltTextsPage} />
                <Route path="/statistics" component={StatisticsPage} />
                <Route path="/shared" component={SharedLinksPage} />
                <Route path="/shared-with-me/*?" component={SharedWithMe} />
                {path === SEARCH && <SearchPage openId={openId} onOpen={open} onGo={navigate} />}
                {path === MAP && <MapPage onOpen={open} />}
                {path === DELETED && <DeletedPage openId={openId} onOpen={open} />}
                {mainView && <ViewPage view={mainView} openId={openId} onOpen={open} />}
                {typeof albumId === "string" && (
                  <AlbumPage id={albumId} openId={openId} onOpen={open} />
                )}
                {typeof tagId === "string" && <TagPage id={tagId} openId={openId} onOpen={open} />}
                <NotFound />
              </Switch>
            </Suspense>
          </ErrorBoundary>
        </main>
        <BottomBar path={path} onGo={navigate} />
      </div>
      {view && albumId === null && openId !== null && (
        <ViewerLayer view={view} imageId={openId} onShow={show} onClose={close} />
      )}
      {typeof albumId === "string" && openId !== null && (
        <AlbumViewer albumId={albumId} imageId={openId} onShow={show} onClose={close} />
      )}
      {path === SEARCH && openId !== null && (
        <SearchViewer imageId={openId} onShow={show} onClose={close} />
      )}
      {path === MAP && openId !== null && (
        <MapViewer imageId={openId} onShow={show} onClose={close} />
      )}
      {path === DELETED && openId !== null && (
        <TrashViewer imageId={openId} onShow={show} onClose={close} />
      )}
      <PaletteLayer path={path} onGo={navigate} />
      <ErrorBoundary title="Uploading is not available">
        <Suspense fallback={null}>
          <LazyUpload />
        </Suspense>
      </ErrorBoundary>
    </>
  );
};
