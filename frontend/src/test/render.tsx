/** Rendering a component with what app gives it: a fresh query cache, toasts, a session. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { Suspense, type ReactNode } from "react";

import { sessionOptions, type Session } from "@/api";
import { ToastProvider } from "@/ui";

import { aSession } from "./samples";

type Options = { session?: Session };

export const renderWithApp = (ui: ReactNode, { session = aSession() }: Options = {}) => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(sessionOptions.queryKey, session);
  const view = render(
    <QueryClientProvider client={client}>
      <ToastProvider>
        <Suspense fallback="Loading">{ui}</Suspense>
      </ToastProvider>
    </QueryClientProvider>,
  );
  return { client, ...view };
};
