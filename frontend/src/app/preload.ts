/**
 * Asking for what the first screen needs before React has rendered anything.
 *
 * Without it the browser would wait three times in a row: for the session, then for the timeline's code, then
 * for its pictures. A note in this browser tells whether someone was signed in last time; if it is wrong, the
 * list answers not_signed_in and nothing is lost.
 */
import type { QueryClient } from "@tanstack/react-query";

import { sessionOptions, timelineOptions } from "@/api";

import { loadEntrance, loadTimeline } from "./lazy-screens";
import { forgetSeen, KEY, SEARCHES, wasSignedIn } from "./seen-pictures";

let noted: boolean | null = null;

const note = (isSignedIn: boolean): void => {
  if (noted === isSignedIn) return;
  if (!isSignedIn) forgetSeen(noted === true);
  noted = isSignedIn;
  try {
    if (isSignedIn) localStorage.setItem(KEY, "yes");
    else for (const key of [KEY, SEARCHES]) localStorage.removeItem(key);
  } catch {
    // Storage is closed to us: starting early is only a matter of speed.
  }
};

/** What fails here is asked for again by the page, which shows what is wrong. */
const leaveToThePage = (): void => undefined;

export const preload = (client: QueryClient): void => {
  client.getQueryCache().subscribe(() => {
    const session = client.getQueryData(sessionOptions.queryKey);
    if (session) note(session.user !== null);
  });
  client.query(sessionOptions).catch(leaveToThePage);
  if (!wasSignedIn()) {
    void loadEntrance();
    return;
  }
  void loadTimeline();
  client.query(timelineOptions("timeline")).catch(leaveToThePage);
};
