/** Page of a share link: title, note, and the pictures as a grid. */
import { lazy, Suspense, useMemo, type ComponentType, type SyntheticEvent } from "react";

import type { Visit } from "@/api";
import { ImageGrid } from "@/components/gallery/ImageGrid";
import { picturesInWords } from "@/locale";
import { ErrorState, LogoMark, Spinner, usePageTitle } from "@/ui";

import { pathOf } from "./link-address";
import { useSharedGallery } from "./use-shared-gallery";

const SharedViewer = lazy(async () => ({
  default: (await import("./SharedViewer")).SharedViewer,
}));

const DownloadAll = lazy(() => import("./DownloadAll"));

/** Where guests add pictures, of another feature. */
export type Collect = ComponentType<{
  visit: Visit;
  collects: NonNullable<Visit["share"]["collects"]>;
  onLanded: () => void;
  onClosed: () => void;
}>;

type SharedPicturesProps = {
  collect: Collect;
  visit: Visit;
  token: string;
  openId: string | null;
  onShow: (id: string | null) => void;
  onClosed: () => void;
};

const doNothing = (): void => undefined;

export const SharedPictures = (props: SharedPicturesProps) => {
  const { collect: Collect, visit, token, openId, onShow, onClosed } = props;
  const { title, note, count, allow_zips, collects } = visit.share;
  const isHidden = collects?.shows_others === false;
  const gallery = useSharedGallery(visit, onClosed);
  const { list } = gallery;
  const heading = title === "" ? "Shared pictures" : title;
  usePageTitle(heading);
  const open = useMemo(() => (openId === null ? null : { id: openId, at: null }), [openId]);
  const noteLoaded = ({ target }: SyntheticEvent) => {
    if (target instanceof HTMLImageElement) visit.noteLoaded(target.src);
  };
  return (
    <>
      <div inert={openId !== null} className="min-h-dvh px-4 pb-10 sm:px-6">
        <header className="flex items-start justify-between gap-4 pt-5 pb-3 sm:pt-7">
          <div className="min-w-0">
            <h1 className="text-2xl font-semibold tracking-tight break-words">{heading}</h1>
            {!isHidden && <p className="mt-1 text-muted">{picturesInWords(count)}</p>}
            {note !== "" && <p className="mt-2 max-w-prose whitespace-pre-wrap">{note}</p>}
          </div>
          <span className="flex h-9 shrink-0 items-center gap-2 font-semibold tracking-tight text-muted">
            {allow_zips && (
              <Suspense fallback={null}>
                <DownloadAll visit={visit} />
              </Suspense>
            )}
            <LogoMark className="size-6" />
            <span className="max-sm:sr-only">Pinhole</span>
          </span>
        </header>
        <main onLoadCapture={noteLoaded}>
          {collects?.is_full === true && (
            <p className="mb-6">The album takes no more pictures. Ask whoever sent you the link.</p>
          )}
          {collects?.is_full === false && (
            <Suspense fallback={<Spinner />}>
              <Collect
                visit={visit}
                collects={collects}
                onLanded={collects.is_reviewed ? doNothing : list.query.refetch}
                onClosed={onClosed}
              />
            </Suspense>
          )}
          {list.query.isError && (
            <ErrorState
              title="The pictures could not be loaded"
              detail={list.query.error?.message ?? ""}
              onRetry={list.query.refetch}
            />
          )}
          {!list.query.isPending && !list.query.isError && list.isEmpty && !isHidden && (
            <p className="py-16 text-center text-muted">There are no pictures here yet.</p>
          )}
          {!list.isEmpty && (
            <ImageGrid
              label={heading}
              list={list}
              selection={null}
              onSelect={doNothing}
              onExtend={doNothing}
              onFailed={gallery.onFailed}
              path={pathOf(token)}
              onOpen={onShow}
              open={open}
              keepsPlace={false}
            />
          )}
          {list.query.isFetching && (
            <div className="flex h-20 items-center justify-center text-muted">
              <Spinner />
            </div>
          )}
        </main>
      </div>
      {openId !== null && (
        <Suspense fallback={null}>
          <SharedViewer
            visit={visit}
            gallery={gallery}
            imageId={openId}
            onShow={onShow}
            onClose={() => onShow(null)}
          />
        </Suspense>
      )}
    </>
  );
};
