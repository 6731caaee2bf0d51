/** One album: what it is, and its pictures as a timeline of their own. */
import { lazy, Suspense } from "react";

import { albumView, toProblem, useAlbum } from "@/api";
import {
  AlbumActions,
  AlbumContext,
  AlbumHeader,
  EmptyAlbum,
  OrderedAlbum,
} from "@/features/albums";
import { Timeline } from "@/features/timeline";
import { ErrorState, GridSkeleton, usePageTitle } from "@/ui";

import { NotFound } from "./NotFound";

// Few albums have guests: it comes behind the album itself.
const AlbumGuests = lazy(() => import("@/features/sharing/AlbumGuests"));

type AlbumPageProps = { id: string; openId: string | null; onOpen: (id: string) => void };

const AlbumPage = ({ id, openId, onOpen }: AlbumPageProps) => {
  const { data: album, error, isFetching, refetch } = useAlbum(id);
  usePageTitle(album?.title ?? "Album");
  if (error) {
    const { status, detail } = toProblem(error);
    if (status === 404) return <NotFound />;
    if (!album) {
      return (
        <ErrorState
          title="The album could not be loaded"
          detail={detail}
          onRetry={() => void refetch()}
          busy={isFetching}
        />
      );
    }
  }
  if (!album) return <GridSkeleton />;
  return (
    <div key={id} className="timeline-page sm:pr-6">
      <AlbumContext value={album}>
        <AlbumHeader album={album} />
        <Suspense fallback={null}>
          <AlbumGuests albumId={id} />
        </Suspense>
        {album.order === "newest" ? (
          <Timeline
            view={albumView(id)}
            look={{
              label: "Pictures of the album, newest first",
              failedTitle: "The pictures of the album could not be loaded",
              empty: <EmptyAlbum />,
              Actions: AlbumActions,
            }}
            path={`/albums/${id}`}
            openId={openId}
            onOpen={onOpen}
          />
        ) : (
          <OrderedAlbum
            key={album.order}
            album={album}
            empty={<EmptyAlbum />}
            openId={openId}
            onOpen={onOpen}
          />
        )}
      </AlbumContext>
    </div>
  );
};

export default AlbumPage;
