/** Registers the service worker, and keeps the thumbnails that are on the screen for the page for offline. */
import type { QueryClient } from "@tanstack/react-query";

import { isPresent } from "@/api";
import { scriptAddress } from "@/ui/own-scripts";

import { forgetDeviceData, OFFLINE_THUMBNAILS, wasSignedIn } from "./device-data";

const MAX_KEPT = 60;
const MAX_BYTES = 200_000;
const EVERY_MS = 30_000;
const FIRST_AFTER_MS = 3_000;

type Seen = { user: string; at: string; pictures: { id: string; alt: string }[] };

const keyOf = (id: string): string => `/seen/${id}`;

/** Where pictures are that are not kept: deleted ones, and others', who may take them back at any time. */
const NOT_KEPT = ["/deleted", "/shared-with-me"];

/** The thumbnails that are rendered and may be kept. */
export const onScreen = (): { id: string; alt: string; src: string }[] => {
  if (NOT_KEPT.some((path) => window.location.pathname.startsWith(path))) return [];
  const images = document.querySelectorAll<HTMLImageElement>("main [data-image] img");
  return [...images]
    .filter((image) => image.complete && image.naturalWidth > 0)
    .slice(0, MAX_KEPT)
    .flatMap(({ alt, src, parentElement }) => {
      const id = parentElement?.dataset["image"];
      return id === undefined ? [] : [{ id, alt, src }];
    });
};

/** @throws TypeError without a network. */
const fetchThumbnail = async (src: string): Promise<Response | null> => {
  // The browser's own copy came without CORS, so it cannot be read.
  const answer = await fetch(src, { cache: "no-store", credentials: "omit" });
  const blob = answer.ok ? await answer.blob() : null;
  if (!blob || blob.size > MAX_BYTES) return null;
  return new Response(blob, { headers: { "Content-Type": blob.type } });
};

const indexIn = async (cache: Cache): Promise<Seen | null> => {
  const answer = await cache.match(keyOf("index"));
  return answer ? ((await answer.json()) as Seen) : null;
};

/** Keeps what is on the screen in place of what was kept before. `isStillHere`: whether its person is. */
const keep = async (user: string, isStillHere: () => boolean): Promise<void> => {
  const wanted = onScreen();
  if (wanted.length === 0 || !isStillHere()) return;
  const cache = await caches.open(OFFLINE_THUMBNAILS);
  const before = await indexIn(cache);
  const had = new Set(before?.user === user ? before.pictures.map(({ id }) => id) : []);
  const ids = new Set(wanted.map(({ id }) => id));
  const kept: Seen["pictures"] = [];
  for (const { id, alt, src } of wanted) {
    const thumbnail = had.has(id) ? null : await fetchThumbnail(src);
    if (!isStillHere()) break;
    if (thumbnail) await cache.put(keyOf(id), thumbnail);
    if (thumbnail || had.has(id)) kept.push({ id, alt });
  }
  const gone = [...had].filter((id) => !ids.has(id));
  await Promise.all(gone.map((id) => cache.delete(keyOf(id))));
  const index: Seen = { user, at: new Date().toISOString(), pictures: kept };
  await cache.put(keyOf("index"), Response.json(index));
  // Whoever signed out meanwhile left before this was written.
  if (!isStillHere()) forgetDeviceData(true);
};

const alreadyKnown = (): void => undefined;

/** Returns what ends it. Where there is no service worker, nothing is kept, for nothing would show it. */
export const keepOfflineThumbnails = (client: QueryClient, user: string): (() => void) => {
  const over = new AbortController();
  // Another tab may have signed out, which this one does not know yet.
  const isStillHere = () => !over.signal.aborted && isPresent(client, user) && wasSignedIn();
  let running: Promise<void> | null = null;
  const run = () => {
    running ??= keep(user, isStillHere)
      .catch(alreadyKnown)
      .finally(() => {
        running = null;
      });
  };
  const start = async () => {
    const { serviceWorker } = navigator;
    await serviceWorker.register(scriptAddress("/sw.js"), { updateViaCache: "none" });
    const before = (await caches.has(OFFLINE_THUMBNAILS))
      ? await indexIn(await caches.open(OFFLINE_THUMBNAILS))
      : null;
    if (before && before.user !== user) await caches.delete(OFFLINE_THUMBNAILS);
    if (over.signal.aborted) return;
    const first = setTimeout(run, FIRST_AFTER_MS);
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") run();
    }, EVERY_MS);
    document.addEventListener("visibilitychange", run, { signal: over.signal });
    over.signal.addEventListener("abort", () => {
      clearTimeout(first);
      clearInterval(timer);
    });
  };
  if (import.meta.env.PROD && "serviceWorker" in navigator && "caches" in window) {
    start().catch(alreadyKnown);
  }
  return () => over.abort();
};
