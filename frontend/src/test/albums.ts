/** An API that keeps albums and which of these images are in them, and does what is asked of it. */
import { http, HttpResponse } from "msw";

import type { Album, Image } from "@/api";

import { anAlbum, anImageDetail } from "./samples";
import { bucketAnswerOf, overviewOf } from "./timeline";

type AlbumsApi = {
  images: readonly Image[];
  albums?: readonly Album[];
  members?: readonly string[];
};
type AskedBatch = { action: string; album_id?: string; images: { ids: string[] } };

const notFound = () =>
  HttpResponse.json(
    { status: 404, code: "not_found", detail: "There is no such thing.", title: "" },
    { status: 404 },
  );

/** `members` are in the first of the albums; `asked` has what was changed. */
export const albumsApi = ({ images, albums = [anAlbum()], members = [] }: AlbumsApi) => {
  const kept = new Map(albums.map((album) => [album.id, album]));
  const first = albums[0]?.id ?? "";
  const inside = new Map(albums.map(({ id }) => [id, new Set(id === first ? members : [])]));
  const deleted = new Set<string>();
  const asked: string[] = [];
  const shown = (id: unknown) =>
    images.filter((image) => inside.get(String(id))?.has(image.id) && !deleted.has(image.id));
  const counted = (album: Album): Album => {
    const dates = shown(album.id)
      .map((image) => image.timeline_at)
      .sort();
    const [first_at = null, last_at = null] = [dates[0], dates.at(-1)];
    return { ...album, count: dates.length, first_at, last_at };
  };

  /** Returns which images were changed by it. */
  const change = ({ action, album_id, images: { ids } }: AskedBatch): string[] => {
    const album = inside.get(album_id ?? "");
    switch (action) {
      case "add_to_album":
        return ids.filter((id) => album && !album.has(id) && album.add(id));
      case "remove_from_album":
        return ids.filter((id) => album?.delete(id));
      case "delete":
        return ids.filter((id) => !deleted.has(id) && deleted.add(id));
      default:
        return ids.filter((id) => deleted.delete(id));
    }
  };
  const opposite: Partial<Record<string, string>> = {
    add_to_album: "remove_from_album",
    remove_from_album: "add_to_album",
    delete: "restore",
    restore: "delete",
  };

  const handlers = [
    http.get("*/api/collected", () =>
      HttpResponse.json({ images: [], waiting: 0, next_cursor: null }),
    ),
    http.get("*/api/albums", () =>
      HttpResponse.json({
        albums: [...kept.values()].map(counted),
        next_cursor: null,
        addresses: null,
      }),
    ),
    http.post("*/api/albums", async ({ request }) => {
      const album = anAlbum({ id: "new", ...((await request.json()) as Partial<Album>) });
      asked.push(`create ${album.title}`);
      kept.set(album.id, album);
      inside.set(album.id, new Set());
      return HttpResponse.json(album, { status: 201 });
    }),
    http.get("*/api/albums/:id", ({ params }) => {
      const album = kept.get(String(params["id"]));
      return album ? HttpResponse.json(counted(album)) : notFound();
    }),
    http.patch("*/api/albums/:id", async ({ params, request }) => {
      const id = String(params["id"]);
      const changes = (await request.json()) as Partial<Album>;
      asked.push(`change ${JSON.stringify(changes)}`);
      kept.set(id, { ...anAlbum(), ...kept.get(id), ...changes });
      return HttpResponse.json(counted(kept.get(id) ?? anAlbum()));
    }),
    http.delete("*/api/albums/:id", ({ params }) => {
      const id = String(params["id"]);
      asked.push(`delete album ${id}`);
      kept.delete(id);
      return HttpResponse.json({ id, restorable_until: "2099-01-01T00:00:00Z" });
    }),
    http.post("*/api/albums/:id/restore", ({ params }) => {
      const album = albums.find(({ id }) => id === params["id"]);
      if (!album) return notFound();
      asked.push(`restore album ${album.id}`);
      kept.set(album.id, album);
      return HttpResponse.json(counted(album));
    }),
    http.get("*/api/albums/:id/timeline", ({ params }) =>
      kept.has(String(params["id"]))
        ? HttpResponse.json(overviewOf(shown(params["id"])))
        : notFound(),
    ),
    http.get("*/api/albums/:id/timeline/:key", ({ params }) =>
      HttpResponse.json(bucketAnswerOf(String(params["key"]), shown(params["id"]))),
    ),
    http.get("*/api/images", ({ request }) => {
      const ids = new URL(request.url).searchParams.get("ids")?.split(",") ?? [];
      const found = images.filter(({ id }) => ids.includes(id));
      return HttpResponse.json({ images: found, next_cursor: null });
    }),
    http.get("*/api/images/:id", ({ params }) => {
      const image = images.find(({ id }) => id === params["id"]);
      return HttpResponse.json({ ...anImageDetail(), ...image });
    }),
    http.get("*/api/account", () => HttpResponse.json({})),
    http.post("*/api/images/batch", async ({ request }) => {
      const body = (await request.json()) as AskedBatch;
      const changed = change(body);
      asked.push(`${body.action} ${body.images.ids.join()}`);
      const undo =
        changed.length === 0
          ? null
          : { ...body, action: opposite[body.action], images: { ids: changed } };
      return HttpResponse.json({ changed: changed.length, cancelled: 0, has_more: false, undo });
    }),
  ];
  return { handlers, asked };
};
