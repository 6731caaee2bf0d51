/** The whole app: providers, and the choice between someone signed in and someone who is not. */
import {
  QueryClientProvider,
  useQuery,
  useQueryErrorResetBoundary,
  type QueryClient,
} from "@tanstack/react-query";
import { Suspense } from "react";
import { useLocation } from "wouter";

import { sessionOptions, useSession } from "@/api";
import { LogoMark, ToastProvider, VisuallyHidden } from "@/ui";

import { SIGNED_OUT_ROUTES, FOR_ITS_PERSON, LINK_PATHS } from "./public-routes";
import { ErrorBoundary } from "./ErrorBoundary";
import { LinkPage, LocalMailbox, RedirectSignedIn, SignedInTab, SignedOut } from "./lazy-screens";
import { ReauthProvider } from "./ReauthProvider";
import { SessionExpired } from "./SessionExpired";
import { SignedIn } from "./SignedIn";

const Opening = () => (
  <div role="status" className="flex min-h-dvh items-center justify-center">
    <LogoMark className="size-12 animate-breathe" />
    <VisuallyHidden>Opening Pinhole</VisuallyHidden>
  </div>
);

const Screen = () => {
  const { user, sign_in: offer } = useSession();
  const [location] = useLocation();
  // These stay what they are when their own form signs somebody in: they then say where to go on.
  if (LINK_PATHS.has(location) && (user || !FOR_ITS_PERSON.has(location))) {
    return <LinkPage key={location} path={location} />;
  }
  if (location === "/mailbox" && offer.mailbox) return <LocalMailbox />;
  if (!user) return <SignedOut />;
  if (SIGNED_OUT_ROUTES.has(location)) return <RedirectSignedIn />;
  if (location === "/signed-in") return <SignedInTab />;
  return (
    <ReauthProvider>
      <SignedIn />
      <SessionExpired />
    </ReauthProvider>
  );
};

/**
 * Not by Suspense: React shows a fallback for 300 ms at least, however soon the answer is there.
 */
const Known = () => {
  const { isPending } = useQuery({
    ...sessionOptions,
    throwOnError: (_, { state }) => !state.data,
  });
  return isPending ? <Opening /> : <Screen />;
};

const Guarded = () => {
  const { reset } = useQueryErrorResetBoundary();
  return (
    <ErrorBoundary title="Pinhole can’t start" onRetry={reset}>
      <Suspense fallback={<Opening />}>
        <Known />
      </Suspense>
    </ErrorBoundary>
  );
};

export const App = ({ client }: { client: QueryClient }) => (
  <QueryClientProvider client={client}>
    <ToastProvider>
      <Guarded />
    </ToastProvider>
  </QueryClientProvider>
);
