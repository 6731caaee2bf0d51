/** Queries and mutations for albums shared with the user: invitations, albums, blocked people. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, done, read } from "../client";
import type { MembersSee } from "../types";

const STALE_MS = 60_000;

const sharedAlbumsOptions = queryOptions({
  queryKey: ["shared-albums"],
  queryFn: async ({ signal }) => await read(api.GET("/api/shared-albums", { signal })),
  staleTime: STALE_MS,
});

export const useSharedAlbums = () => useQuery(sharedAlbumsOptions);

const useChange = <T, R>(mutationFn: (asked: T) => Promise<R>) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => client.invalidateQueries({ queryKey: sharedAlbumsOptions.queryKey }),
  });
};

export type InvitationAnswer = "accept" | "decline" | "block";

/** The answer says which album is open now. */
export const useAnswerInvitation = () =>
  useChange(({ id, answer }: { id: string; answer: InvitationAnswer }) =>
    read(
      api.POST("/api/album-invitations/{invitation_id}", {
        params: { path: { invitation_id: id } },
        body: { answer },
      }),
    ),
  );

export const useUnblock = () =>
  useChange((id: string) =>
    done(
      api.DELETE("/api/album-invitations/blocked/{person_id}", {
        params: { path: { person_id: id } },
      }),
    ),
  );

export const useLeaveAlbum = () =>
  useChange(({ id, block }: { id: string; block: boolean }) =>
    done(
      api.DELETE("/api/shared-albums/{album_id}", {
        params: { path: { album_id: id }, query: { block } },
      }),
    ),
  );

export const useInvitationMails = () =>
  useChange((wants_mail: boolean) =>
    done(api.PATCH("/api/shared-albums", { body: { wants_mail } })),
  );

type Contribution = { albumId: string; ids: readonly string[]; seen: MembersSee };

/** Pictures of one's own are put into somebody's album. `seen`: what one was told that members get of them. */
export const useContribute = () =>
  useChange(({ albumId, ids, seen }: Contribution) =>
    read(
      api.POST("/api/shared-albums/{album_id}/images", {
        params: { path: { album_id: albumId } },
        body: { ids: [...ids], seen },
      }),
    ),
  );

/** Pictures that members added are taken out again. */
export const useWithdraw = () =>
  useChange(({ albumId, ids }: { albumId: string; ids: readonly string[] }) =>
    read(
      api.POST("/api/shared-albums/{album_id}/images/remove", {
        params: { path: { album_id: albumId } },
        body: { ids: [...ids] },
      }),
    ),
  );

/** The address of the cover of an album, which lives for a minute; null: it has none. */
export const useSharedCover = (albumId: string, coverId: string | null) =>
  useQuery({
    queryKey: ["shared-cover", albumId, coverId],
    enabled: coverId !== null,
    staleTime: STALE_MS,
    queryFn: async ({ signal }) => {
      const found = await read(
        api.GET("/api/shared-albums/{album_id}/addresses", {
          params: { path: { album_id: albumId }, query: { ids: coverId ?? "" } },
          signal,
        }),
      );
      for (const { addresses, thumbnails } of found.parts) {
        const own = thumbnails[coverId ?? ""];
        if (own !== undefined) return `${addresses.base}${own}&${addresses.query}`;
      }
      return null;
    },
  });
