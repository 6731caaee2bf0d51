/** In which languages pictures are described, and which names a model may use. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, read } from "../client";
import type { DescriptionPreferencesChanges } from "../types";

const options = queryOptions({
  queryKey: ["descriptions", "preferences"],
  queryFn: ({ signal }) => read(api.GET("/api/descriptions/preferences", { signal })),
});

export const useDescriptionPreferences = () => useQuery(options);

export const useSetDescriptionPreferences = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: DescriptionPreferencesChanges) =>
      read(api.PATCH("/api/descriptions/preferences", { body })),
    onSuccess: async (preferences) => {
      client.setQueryData(options.queryKey, preferences);
      // What one picture costs at most is another sum now.
      await client.invalidateQueries({ queryKey: ["descriptions", "costs"] });
    },
  });
};
