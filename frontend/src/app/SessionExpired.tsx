/** Says that the session has ended under a page that is held, and lets its person sign in without leaving it. */
import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useState } from "react";

import { forgetPerson, useSessionEnded } from "@/api";
import { Button } from "@/ui";

import { ErrorBoundary } from "./ErrorBoundary";
import { SignInAgainDialog } from "./lazy-screens";

const Ended = () => {
  const client = useQueryClient();
  const [isLater, setLater] = useState(false);
  if (isLater) {
    return (
      <div
        role="status"
        className="fixed inset-x-0 top-0 z-40 flex flex-wrap items-center justify-center gap-x-4 gap-y-1 bg-accent-soft px-4 py-2 text-sm font-medium text-accent"
      >
        Your session has ended. What is not uploaded yet waits until you sign in.
        <Button
          className="h-8! px-3.5! text-sm pointer-coarse:h-10!"
          onClick={() => setLater(false)}
        >
          Sign in
        </Button>
      </div>
    );
  }
  return (
    <ErrorBoundary
      title="Signing in is not available"
      className="fixed inset-0 z-50 flex items-center bg-canvas"
      onRetry={() => setLater(true)}
    >
      <Suspense fallback={null}>
        <SignInAgainDialog onLater={() => setLater(true)} onSignOut={() => forgetPerson(client)} />
      </Suspense>
    </ErrorBoundary>
  );
};

export const SessionExpired = () => useSessionEnded() && <Ended />;
