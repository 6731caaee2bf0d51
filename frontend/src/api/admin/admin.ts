/** Administration: users and invitations, without access to images. */
import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type InfiniteData,
} from "@tanstack/react-query";

import { api, done, read } from "../client";
import { useWithReauth } from "../auth/reauth";
import type { NewInvite, PeoplePage, Person, PersonChanges } from "../types";

const FIRST = null as string | null;

const peopleOptions = infiniteQueryOptions({
  queryKey: ["admin", "people"],
  queryFn: ({ signal, pageParam }) =>
    read(
      api.GET("/api/admin/people", {
        signal,
        params: { query: pageParam === null ? {} : { cursor: pageParam } },
      }),
    ),
  initialPageParam: FIRST,
  getNextPageParam: (last) => last.next_cursor,
  select: ({ pages }) => pages.flatMap(({ people }) => people),
});

export const usePeople = () => useInfiniteQuery(peopleOptions);

const withPerson = <Cursor>(
  data: InfiniteData<PeoplePage, Cursor>,
  changed: Person,
): InfiniteData<PeoplePage, Cursor> => ({
  ...data,
  pages: data.pages.map((page) => ({
    ...page,
    people: page.people.map((person) => (person.id === changed.id ? changed : person)),
  })),
});

export const useChangePerson = () => {
  const client = useQueryClient();
  const change = useWithReauth(({ id, changes }: { id: string; changes: PersonChanges }) =>
    read(
      api.PATCH("/api/admin/people/{person_id}", {
        params: { path: { person_id: id } },
        body: changes,
      }),
    ),
  );
  return useMutation({
    mutationFn: change,
    onSuccess: (person) => {
      client.setQueryData(peopleOptions.queryKey, (data) => data && withPerson(data, person));
      return client.invalidateQueries({ queryKey: ["admin", "activity"] });
    },
  });
};

export const useEndPersonsSessions = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: useWithReauth((id: string) =>
      read(
        api.DELETE("/api/admin/people/{person_id}/sessions", {
          params: { path: { person_id: id } },
        }),
      ),
    ),
    onSettled: () => client.invalidateQueries({ queryKey: ["admin"] }),
  });
};

const invitesOptions = queryOptions({
  queryKey: ["admin", "invites"],
  queryFn: async ({ signal }) => (await read(api.GET("/api/admin/invites", { signal }))).invites,
});

export const useInvites = () => useQuery(invitesOptions);

/** The answer holds the link, which is never shown again. */
export const useMakeInvite = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: useWithReauth((body: NewInvite) => read(api.POST("/api/admin/invites", { body }))),
    onSuccess: () => client.invalidateQueries({ queryKey: invitesOptions.queryKey }),
  });
};

export const useRemoveInvite = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: useWithReauth((id: string) =>
      done(api.DELETE("/api/admin/invites/{invite_id}", { params: { path: { invite_id: id } } })),
    ),
    onSettled: () => client.invalidateQueries({ queryKey: invitesOptions.queryKey }),
  });
};
