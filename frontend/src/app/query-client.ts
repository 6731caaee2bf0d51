/** The client of React Query, and how it handles errors. */
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

import { ApiProblem, endSession } from "@/api";

const MAX_RETRIES = 2;

/** A refusal stays one; only what may pass (no answer, 5xx, too many requests) is tried again. */
const mayPass = (error: unknown): boolean =>
  !(error instanceof ApiProblem) ||
  error.status === 0 ||
  error.status === 429 ||
  error.status >= 500;

export const makeQueryClient = (): QueryClient => {
  const onError = (error: unknown) => {
    if (error instanceof ApiProblem && error.code === "not_signed_in") endSession(client);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < MAX_RETRIES && mayPass(error),
        staleTime: 10_000,
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
  return client;
};
