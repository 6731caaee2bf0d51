/** Which picture is open, kept in the address: /images/:id lies above the timeline. */
import { useCallback } from "react";
import { useLocation, useRoute } from "wouter";

/** Noted in the history entry when the timeline is right below it, so that closing can go back to it. */
const FROM_TIMELINE = "timeline";

const cameFromTimeline = (): boolean => {
  const state: unknown = window.history.state;
  return (
    typeof state === "object" && state !== null && "from" in state && state.from === FROM_TIMELINE
  );
};

const pathOf = (id: string): string => `/images/${encodeURIComponent(id)}`;

export const useViewerRoute = () => {
  const [, navigate] = useLocation();
  const [isOpen, params] = useRoute("/images/:id");

  const open = useCallback(
    (id: string) => navigate(pathOf(id), { state: { from: FROM_TIMELINE } }),
    [navigate],
  );
  /** The next picture takes the place of this one in the history: Back still leads to the timeline. */
  const show = useCallback(
    (id: string) =>
      navigate(pathOf(id), {
        replace: true,
        state: cameFromTimeline() ? { from: FROM_TIMELINE } : null,
      }),
    [navigate],
  );
  const close = useCallback(() => {
    if (cameFromTimeline()) window.history.back();
    else navigate("/", { replace: true });
  }, [navigate]);

  return { openId: isOpen ? params.id : null, open, show, close };
};
