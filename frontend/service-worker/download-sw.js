/**
 * The service worker of zips: lets the browser save as a download what a page makes bit by bit.
 *
 * No browser but Chromium lets a page write a file as it grows. So the page opens an address below /download/, which
 * this worker answers with what the page sends it, piece by piece, as fast as the browser saves them. It has that scope
 * and no other, so sw.js and all pages go on without it; it keeps nothing and asks no server.
 */
const SCOPE = "/download/";
/** By the last part of their address. */
const downloads = new Map();

self.addEventListener("install", () => self.skipWaiting());

/** A file name in a header (RFC 8187). */
const attachment = (name) => {
  const escaped = encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename*=UTF-8''${escaped}`;
};

/** What comes by the port, asked for as it is saved. */
const streamFrom = (port, over) =>
  new ReadableStream(
    {
      start(controller) {
        port.onmessage = ({ data }) => {
          if (data instanceof Uint8Array) {
            controller.enqueue(data);
            return;
          }
          over();
          if (data === "end") controller.close();
          else controller.error(new TypeError("The page ended it."));
        };
      },
      pull() {
        port.postMessage("more");
      },
      cancel() {
        over();
        port.postMessage("cancelled");
      },
    },
    { highWaterMark: 1 },
  );

self.addEventListener("message", (event) => {
  const { id, name, isAlive } = event.data ?? {};
  const [port] = event.ports;
  if (!port || typeof id !== "string") return;
  if (isAlive) {
    // Each message keeps this worker awake for a while; the answer says whether it was, all the time.
    port.postMessage(downloads.has(id));
    return;
  }
  downloads.set(id, { name: String(name), port });
  port.postMessage("ready");
});

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (!pathname.startsWith(SCOPE)) return;
  const id = pathname.slice(SCOPE.length);
  const download = downloads.get(id);
  if (!download || download.isTaken) {
    event.respondWith(new Response("", { status: 404 }));
    return;
  }
  download.isTaken = true;
  const headers = {
    "Content-Type": "application/zip",
    "Content-Disposition": attachment(download.name),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  };
  event.respondWith(
    new Response(
      streamFrom(download.port, () => downloads.delete(id)),
      { headers },
    ),
  );
});
