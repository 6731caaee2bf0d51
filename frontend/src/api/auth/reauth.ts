/**
 * Reauthentication before actions that are hard to undo.
 *
 * [Note: Reauthentication] The server answers such a request with confirm_first when the last proof is older than
 * ten minutes. A mutation whose function is wrapped by useWithReauth() then waits while app shows a dialog
 * (app/ReauthProvider.tsx), and asks again once the person has proved who they are:
 *
 *     useMutation({ mutationFn: useWithReauth((body: …) => done(api.POST("…", { body }))) })
 *
 * Whoever closes the dialog changes nothing: the mutation fails with the code not_confirmed, which
 * isNotConfirmed() tells from real failures.
 */
import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { createContext, use } from "react";

import { api, read } from "../client";
import { ApiProblem } from "../problem";

/** Has the person prove who they are; false when they would not. */
type AskPerson = () => Promise<boolean>;

/** Without a dialog above nobody can be asked: the refusal then stands as it is. */
export const ReauthContext = createContext<AskPerson | null>(null);

const notConfirmed = (): ApiProblem =>
  new ApiProblem({
    status: 0,
    code: "not_confirmed",
    detail: "Nothing was changed, because you did not confirm that it is you.",
  });

const says = (error: unknown, code: string): boolean =>
  error instanceof ApiProblem && error.code === code;

/** The person thought better of it; there is nothing to complain about. */
export const isNotConfirmed = (error: unknown): boolean => says(error, "not_confirmed");

/** Wraps what a mutation does: see [Note: Reauthentication]. */
export const useWithReauth = <Given extends unknown[], Answer>(
  ask: (...given: Given) => Promise<Answer>,
): ((...given: Given) => Promise<Answer>) => {
  const askPerson = use(ReauthContext);
  return async (...given) => {
    try {
      return await ask(...given);
    } catch (error) {
      if (!askPerson || !says(error, "confirm_first")) throw error;
      if (!(await askPerson())) throw notConfirmed();
      return ask(...given);
    }
  };
};

/** How the person can prove who they are, and what settings show of it. */
export const securityOptions = queryOptions({
  queryKey: ["security"],
  queryFn: ({ signal }) => read(api.GET("/api/account/security", { signal })),
});

/** What was changed of it is asked for again, and so is the record that has the change. */
export const lookAgain = (client: QueryClient) =>
  Promise.all([
    client.invalidateQueries({ queryKey: securityOptions.queryKey }),
    client.invalidateQueries({ queryKey: ["activity"] }),
  ]);
