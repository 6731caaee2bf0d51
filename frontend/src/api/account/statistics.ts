/** Query for counts of pictures by year, camera, lens, country and format. */
import { useQuery } from "@tanstack/react-query";

import { api, read } from "../client";
import type { Statistics } from "../types";

const SOON_MS = 5_000;
// A count that took too long is not made again for some minutes.
const LATER_MS = 60_000;

/** Asked again in a while where the library has changed since it was counted. */
export const useStatistics = () =>
  useQuery({
    queryKey: ["statistics"],
    queryFn: async ({ signal }): Promise<Statistics> =>
      read(api.GET("/api/statistics", { signal })),
    refetchInterval: ({ state: { data } }) => {
      if (data?.is_current !== false) return false;
      return data.was_ended ? LATER_MS : SOON_MS;
    },
  });
