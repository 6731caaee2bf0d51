/** Asks the user to sign in again before actions that are hard to undo: see [Note: Reauthentication]. */
import { Suspense, useCallback, useRef, useState, type ReactNode } from "react";

import { ReauthContext } from "@/api";

import { ErrorBoundary } from "./ErrorBoundary";
import { ReauthDialog } from "./lazy-screens";

type Answer = (isConfirmed: boolean) => void;

export const ReauthProvider = ({ children }: { children: ReactNode }) => {
  const [isAsking, setAsking] = useState(false);
  const waiting = useRef<Answer[]>([]);

  /** Whoever asks while the dialog is open gets the same answer. */
  const ask = useCallback(
    () =>
      new Promise<boolean>((answer) => {
        waiting.current.push(answer);
        setAsking(true);
      }),
    [],
  );
  const close = (isConfirmed: boolean) => {
    setAsking(false);
    for (const answer of waiting.current.splice(0)) answer(isConfirmed);
  };

  return (
    <ReauthContext value={ask}>
      {children}
      {isAsking && (
        <ErrorBoundary
          title="Confirming is not available"
          className="fixed inset-0 z-50 flex items-center bg-canvas"
          onRetry={() => close(false)}
        >
          <Suspense fallback={null}>
            <ReauthDialog onConfirmed={() => close(true)} onClose={() => close(false)} />
          </Suspense>
        </ErrorBoundary>
      )}
    </ReauthContext>
  );
};
