/** The open picture in the URL: …/images/:id is added to the page from which it was opened. */
import { useCallback } from "react";
import { useLocation } from "wouter";

import { SEARCH } from "./search-address";
import { DELETED, MAP, SHARED_WITH_ME, viewAt } from "./views";

/** Noted in the history entry when the grid is right below it, so that closing can go back to it. */
const FROM_TIMELINE = "timeline";

const cameFromTimeline = (): boolean => {
  const state: unknown = window.history.state;
  return (
    typeof state === "object" && state !== null && "from" in state && state.from === FROM_TIMELINE
  );
};

const PICTURE = /^(?<page>.*)\/images\/(?<id>[^/]+)\/*$/;

/** The page, without a slash at its end, and the picture that is open above it. */
export const readLocation = (location: string): { path: string; openId: string | null } => {
  const { page, id } = PICTURE.exec(location)?.groups ?? {};
  const path = page === "" ? "/" : page;
  if (
    path === undefined ||
    id === undefined ||
    !(
      viewAt(path) ||
      path === SEARCH ||
      path === DELETED ||
      path === MAP ||
      path.startsWith(SHARED_WITH_ME)
    )
  ) {
    return { path: location.replace(/(?<=.)\/+$/, ""), openId: null };
  }
  return { path, openId: id };
};

export const useViewerRoute = () => {
  const [location, navigate] = useLocation();
  const { path, openId } = readLocation(location);
  const addressOf = useCallback(
    // What is searched for stays in the address.
    (id: string) =>
      `${path === "/" ? "" : path}/images/${encodeURIComponent(id)}${window.location.search}`,
    [path],
  );

  const open = useCallback(
    (id: string) => navigate(addressOf(id), { state: { from: FROM_TIMELINE } }),
    [addressOf, navigate],
  );
  /** The next picture takes the place of this one in the history: Back still leads to the grid. */
  const show = useCallback(
    (id: string) =>
      navigate(addressOf(id), {
        replace: true,
        state: cameFromTimeline() ? { from: FROM_TIMELINE } : null,
      }),
    [addressOf, navigate],
  );
  const close = useCallback(() => {
    if (cameFromTimeline()) window.history.back();
    else navigate(path + window.location.search, { replace: true });
  }, [path, navigate]);

  return { path, openId, open, show, close };
};
