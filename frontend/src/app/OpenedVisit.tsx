/** Opens what somebody else shares, and shows it, or why it cannot be shown. */
import { useCallback, useEffect, useState, type ReactNode } from "react";

import { isClosed, toProblem } from "@/api";
import { ErrorState, GridSkeleton } from "@/ui";

type State<Visit> =
  | { name: "opening" }
  | { name: "closed" }
  | { name: "failed"; detail: string }
  | { name: "open"; visit: Visit };

type OpenedVisitProps<Visit> = {
  id: string;
  /** The same function each time. */
  open: (id: string) => Promise<Visit>;
  /** Shown where it is not open, or not any more. */
  closed: ReactNode;
  /** Title of the error where it could not be loaded. */
  failed: string;
  children: (visit: Visit, then: { onClosed: () => void; onChanged: () => void }) => ReactNode;
};

/** Give it the id as its key: an answer that comes late is of no other. */
export const OpenedVisit = <Visit,>(props: OpenedVisitProps<Visit>) => {
  const { id, open, closed, failed, children } = props;
  const [state, setState] = useState<State<Visit>>({ name: "opening" });
  const load = useCallback(() => {
    open(id).then(
      (visit) => setState({ name: "open", visit }),
      (error: unknown) =>
        setState(
          isClosed(error)
            ? { name: "closed" }
            : { name: "failed", detail: toProblem(error).detail },
        ),
    );
  }, [id, open]);
  useEffect(load, [load]);
  const close = useCallback(() => setState({ name: "closed" }), []);
  if (state.name === "opening") return <GridSkeleton />;
  if (state.name === "closed") return closed;
  if (state.name === "failed") {
    return <ErrorState title={failed} detail={state.detail} onRetry={load} />;
  }
  return children(state.visit, { onClosed: close, onChanged: load });
};
