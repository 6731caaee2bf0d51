/** The whole app: providers, and the choice between someone signed in and someone who is not. */
import {
  QueryClientProvider,
  useQueryErrorResetBoundary,
  type QueryClient,
} from "@tanstack/react-query";
import { Suspense } from "react";
import { Redirect, useLocation } from "wouter";

import { useSession } from "@/api";
import { LogoMark, ToastProvider, VisuallyHidden } from "@/ui";

import { ErrorBoundary } from "./ErrorBoundary";
import { Register, SignIn } from "./screens";
import { SignedIn } from "./SignedIn";

const Opening = () => (
  <div role="status" className="flex min-h-dvh items-center justify-center">
    <LogoMark className="size-12 animate-breathe" />
    <VisuallyHidden>Opening Pinhole</VisuallyHidden>
  </div>
);

const ACCOUNT_PATHS = ["/sign-in", "/register"];

const Screen = () => {
  const { user } = useSession();
  const [location] = useLocation();
  if (user) return ACCOUNT_PATHS.includes(location) ? <Redirect to="/" replace /> : <SignedIn />;
  // The address stays as it is while signing in, so nobody has to be sent back to it afterwards.
  return location === "/register" ? <Register /> : <SignIn />;
};

const Guarded = () => {
  const { reset } = useQueryErrorResetBoundary();
  return (
    <ErrorBoundary title="Pinhole can’t start" onRetry={reset}>
      <Suspense fallback={<Opening />}>
        <Screen />
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
