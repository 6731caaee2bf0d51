/** Queries and mutations for the members of the user's albums, and for what they see. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, done, read } from "../client";
import type { Member, MembersSee } from "../types";

const membersOptions = (albumId: string) =>
  queryOptions({
    queryKey: ["members", albumId],
    queryFn: async ({ signal }) =>
      await read(
        api.GET("/api/albums/{album_id}/members", {
          params: { path: { album_id: albumId } },
          signal,
        }),
      ),
  });

export const useMembers = (albumId: string) => useQuery(membersOptions(albumId));

/** Reads them anew after a change, whatever came of it. */
const useChange = <T, R>(albumId: string, mutationFn: (asked: T) => Promise<R>) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: membersOptions(albumId).queryKey }),
        client.invalidateQueries({ queryKey: ["shared-by-me"] }),
      ]),
  });
};

export type MemberRole = Member["role"];

export const useInviteMember = (albumId: string) =>
  useChange(albumId, (body: { email: string; role: MemberRole }) =>
    read(
      api.POST("/api/albums/{album_id}/members", { params: { path: { album_id: albumId } }, body }),
    ),
  );

export const useChangeMember = (albumId: string) =>
  useChange(albumId, ({ id, role }: { id: string; role: MemberRole }) =>
    read(
      api.PATCH("/api/albums/{album_id}/members/{member_id}", {
        params: { path: { album_id: albumId, member_id: id } },
        body: { role },
      }),
    ),
  );

export const useRemoveMember = (albumId: string) =>
  useChange(albumId, (id: string) =>
    done(
      api.DELETE("/api/albums/{album_id}/members/{member_id}", {
        params: { path: { album_id: albumId, member_id: id } },
      }),
    ),
  );

/** What is switched shows at once. */
export const useChangeWhatMembersSee = (albumId: string) => {
  const client = useQueryClient();
  const { queryKey } = membersOptions(albumId);
  return useMutation({
    mutationFn: (body: Partial<MembersSee>) =>
      read(
        api.PATCH("/api/albums/{album_id}/members", {
          params: { path: { album_id: albumId } },
          body,
        }),
      ),
    onMutate: (changed) =>
      client.setQueryData(
        queryKey,
        (known) => known && { ...known, shows: { ...known.shows, ...changed } },
      ),
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
};

/** Gives the album to a member; the answer says which album it is then. */
export const useTransferAlbum = (albumId: string) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (memberId: string) =>
      read(
        api.POST("/api/albums/{album_id}/members/{member_id}/transfer", {
          params: { path: { album_id: albumId, member_id: memberId } },
        }),
      ),
    // Not waited for: the album is not there any more, and with its page whoever asked goes.
    onSuccess: () => void client.invalidateQueries(),
  });
};

const givenOptions = queryOptions({
  queryKey: ["shared-by-me"],
  queryFn: async ({ signal }) => await read(api.GET("/api/shared-by-me", { signal })),
});

/** One's own albums that people are in. */
export const useSharedByMe = () => useQuery(givenOptions);

/** Removes everybody from one album, or (null) from all. */
export const useEndSharing = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (albumId: string | null) =>
      albumId === null
        ? read(api.DELETE("/api/shared-by-me"))
        : read(
            api.DELETE("/api/albums/{album_id}/members", {
              params: { path: { album_id: albumId } },
            }),
          ),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: givenOptions.queryKey }),
        client.invalidateQueries({ queryKey: ["members"] }),
      ]),
  });
};
