/**
 * Asking for what the first screen needs before React has rendered anything.
 *
 * Without it the browser would wait twice in a row: for the session, then for the timeline's pictures. A note in this browser tells whether someone was signed in last time; if it is wrong, the
 * list answers not_signed_in and nothing is lost.
 */
import type { QueryClient } from "@tanstack/react-query";

import { forgetEarly, sessionOptions, timelineOptions } from "@/api";

import { expectNone, expectPictures } from "./first-picture";
import { loadSignedOut } from "./lazy-screens";
import { forgetDeviceData, WAS_SIGNED_IN, SEARCHES, wasSignedIn } from "./device-data";
import { readLocation } from "./use-viewer-route";

let noted: boolean | null = null;

const note = (isSignedIn: boolean): void => {
  if (noted === isSignedIn) return;
  if (!isSignedIn) forgetDeviceData(noted === true);
  noted = isSignedIn;
  try {
    if (isSignedIn) localStorage.setItem(WAS_SIGNED_IN, "yes");
    else for (const key of [WAS_SIGNED_IN, SEARCHES]) localStorage.removeItem(key);
  } catch {
    // Storage is closed to us: starting early is only a matter of speed.
  }
};

/** What fails here is asked for again by the page, which shows what is wrong. */
const leaveToThePage = (): void => undefined;

/**
 * Resolves once what was asked for is there, or is not to be had. See [Note: Early answers]: public/early.js has asked
 * for the same.
 */
export const preload = async (client: QueryClient): Promise<void> => {
  client.getQueryCache().subscribe(() => {
    const session = client.getQueryData(sessionOptions.queryKey);
    if (session) note(session.user !== null);
  });
  const asked: Promise<unknown>[] = [client.query(sessionOptions)];
  if (!wasSignedIn()) asked.push(loadSignedOut());
  else if (readLocation(window.location.pathname).path === "/") {
    expectPictures();
    const timeline = client.query(timelineOptions("timeline"));
    timeline.then(({ count }) => count === 0 && expectNone(), expectNone);
    asked.push(timeline);
  }
  await Promise.all(asked).catch(leaveToThePage);
  forgetEarly();
};
