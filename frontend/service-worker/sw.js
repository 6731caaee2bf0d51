/**
 * The service worker: a page for when there is no network, and what phones share with Pinhole.
 *
 * It keeps no page, no script and no answer of the API: whoever is online has what the server has, so nobody stays on an
 * old release, and no answer outlives its person. Only the page for offline is kept. vite.config.ts puts the version in,
 * which is another one when this file or one of FILES is.
 */
const VERSION = "{{version}}";
const SHELL = `pinhole-shell-${VERSION}`;
const FILES = ["/offline.html", "/offline.css", "/offline.js", "/theme.js"];

// [Note: Shared files] What a phone shares comes as a form, which no page sees. It waits in a cache of its own until the
// page offers to upload it (src/features/upload/shared-files.ts). Any site can send such a form: so nothing is uploaded
// before its person said so.
const SHARED = "pinhole-shared";
const MAX_SHARED_BYTES = 2 ** 31;

self.addEventListener("install", (event) => {
  const install = async () => {
    const shell = await caches.open(SHELL);
    await shell.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
    await self.skipWaiting();
  };
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  const activate = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("pinhole-shell-") && name !== SHELL);
    await Promise.all(old.map((name) => caches.delete(name)));
    // A page is asked for while this starts, not afterwards.
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  };
  event.waitUntil(activate());
});

const shellFile = async (file) => {
  const shell = await caches.open(SHELL);
  return (await shell.match(file)) ?? Response.error();
};

/** Whether a page of Pinhole is there, which the page for offline may stand in for. */
const isOwnPage = (path) => !/^\/(?:api|assets|s)(?:\/|$)/.test(path);

const page = async (event, path) => {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch (error) {
    if (!isOwnPage(path)) throw error;
    return shellFile("/offline.html");
  }
};

const takeShared = async (request) => {
  try {
    const form = await request.formData();
    const files = form.getAll("pictures").filter((file) => file instanceof File && file.size > 0);
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (bytes > MAX_SHARED_BYTES) throw new RangeError("too much");
    await caches.delete(SHARED);
    const shared = await caches.open(SHARED);
    for (const [at, file] of files.entries()) {
      const headers = {
        "Content-Type": file.type || "application/octet-stream",
        "X-Name": encodeURIComponent(file.name),
        "X-At": String(Date.now()),
      };
      await shared.put(`/shared/${at}`, new Response(file, { headers }));
    }
    return Response.redirect("/?shared", 303);
  } catch {
    await caches.delete(SHARED);
    return Response.redirect("/?shared=failed", 303);
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  const isNavigation = request.mode === "navigate";
  if (isNavigation && request.method === "POST" && pathname === "/share-target") {
    event.respondWith(takeShared(request));
  } else if (isNavigation && request.method === "GET") {
    event.respondWith(page(event, pathname));
  } else if (FILES.includes(pathname)) {
    event.respondWith(fetch(request).catch(() => shellFile(pathname)));
  }
});
