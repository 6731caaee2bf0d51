/** The timeline's part of an API that has these images, as the server tells it: overview, buckets, images by id. */
import { http, HttpResponse } from "msw";

import { belongsIn, changed, OPPOSITE, type BatchAction, type Image, type MainView } from "@/api";

import { anImageDetail } from "./samples";

const monthOf = (image: Image): string => image.timeline_at.slice(0, 7);

const newestFirst = (a: Image, b: Image): number =>
  a.timeline_at === b.timeline_at ? (a.id > b.id ? -1 : 1) : a.timeline_at > b.timeline_at ? -1 : 1;

export const overviewOf = (images: readonly Image[]) => {
  const counts = new Map<string, number>();
  for (const image of [...images].sort(newestFirst)) {
    counts.set(monthOf(image), (counts.get(monthOf(image)) ?? 0) + 1);
  }
  return {
    count: images.length,
    buckets: [...counts].map(([key, count]) => ({ key, count })),
  };
};

export const bucketAnswerOf = (key: string, images: readonly Image[]) => {
  const rows = images.filter((image) => monthOf(image) === key).sort(newestFirst);
  const days = [...new Set(rows.map((image) => image.timeline_at.slice(0, 10)))];
  return {
    key,
    next_cursor: null,
    days: days.map((date) => ({
      date,
      count: rows.filter((image) => image.timeline_at.startsWith(date)).length,
    })),
    ids: rows.map(({ id }) => id),
    ratios: rows.map(({ width, height }) => (width ?? 1) / (height ?? 1)),
    minutes: rows.map(
      ({ timeline_at: at }) => Number(at.slice(11, 13)) * 60 + Number(at.slice(14, 16)),
    ),
    states: Object.fromEntries(
      rows.flatMap(({ state }, index) => (state === "ready" ? [] : [[index, state]])),
    ),
    animated: rows.flatMap(({ is_animated }, index) => (is_animated ? [index] : [])),
    favourites: rows.flatMap(({ favourite }, index) => (favourite ? [index] : [])),
    archived: rows.flatMap(({ archived_at }, index) => (archived_at ? [index] : [])),
    stacks: Object.fromEntries(
      rows.flatMap(({ stack_size: size }, index) => (size === null ? [] : [[index, size]])),
    ),
  };
};

/** `images` are asked for with each request; `onAsk` is told of each. */
export const timelineHandlers = (
  images: () => readonly Image[],
  onAsk: (what: string) => void = () => undefined,
) => [
  http.get("*/api/timeline", () => {
    onAsk("overview");
    return HttpResponse.json(overviewOf(images()));
  }),
  http.get("*/api/timeline/:key", ({ params }) => {
    const key = String(params["key"]);
    onAsk(`bucket ${key}`);
    return HttpResponse.json(bucketAnswerOf(key, images()));
  }),
  http.get("*/api/images", ({ request }) => {
    const ids = new URL(request.url).searchParams.get("ids")?.split(",");
    onAsk(ids ? `ids ${ids.join()}` : "page");
    const found = images().filter(({ id }) => !ids || ids.includes(id));
    return HttpResponse.json({ images: [...found].sort(newestFirst), next_cursor: null });
  }),
];

type AskedBatch = { action: BatchAction; images: { ids: string[] } };

/** `POST /api/images/batch` of an API that keeps in `deleted` which of its images are deleted. */
export const batchHandler = (
  deleted: Set<unknown>,
  onAsk: (what: string) => void = () => undefined,
) =>
  http.post("*/api/images/batch", async ({ request }) => {
    const { action, images } = (await request.json()) as AskedBatch;
    onAsk(`${action} ${images.ids.join()}`);
    const changed = images.ids.filter((id) => deleted.has(id) === (action === "restore"));
    for (const id of changed) {
      if (action === "delete") deleted.add(id);
      else deleted.delete(id);
    }
    return HttpResponse.json(batchAnswer(action, changed));
  });

const batchAnswer = (action: BatchAction, ids: readonly string[]) => ({
  changed: ids.length,
  cancelled: 0,
  has_more: false,
  undo: ids.length === 0 ? null : { action: OPPOSITE[action], images: { ids } },
});

/** An API with these images and all three views, that does what is asked of it; `asked` has the changes. */
export const libraryHandlers = (images: readonly Image[]) => {
  const library = new Map(images.map((image) => [image.id, image]));
  const asked: string[] = [];
  const inView = (request: Request): Image[] => {
    const view = new URL(request.url).searchParams.get("view") as MainView | null;
    return [...library.values()].filter(belongsIn(view ?? "timeline"));
  };
  const handlers = [
    http.get("*/api/timeline", ({ request }) => HttpResponse.json(overviewOf(inView(request)))),
    http.get("*/api/timeline/:key", ({ params, request }) =>
      HttpResponse.json(bucketAnswerOf(String(params["key"]), inView(request))),
    ),
    http.get("*/api/images", ({ request }) => {
      const ids = new URL(request.url).searchParams.get("ids")?.split(",");
      const found = ids ? ids.flatMap((id) => library.get(id) ?? []) : inView(request);
      return HttpResponse.json({ images: found.sort(newestFirst), next_cursor: null });
    }),
    http.get("*/api/images/:id", ({ params }) =>
      HttpResponse.json({ ...anImageDetail(), ...library.get(String(params["id"])) }),
    ),
    http.get("*/api/account", () => HttpResponse.json({})),
    http.post("*/api/images/batch", async ({ request }) => {
      const { action, images: picked } = (await request.json()) as AskedBatch;
      asked.push(`${action} ${picked.ids.join()}`);
      for (const id of picked.ids) {
        const image = library.get(id);
        if (image) library.set(id, changed(action, image));
      }
      return HttpResponse.json(batchAnswer(action, picked.ids));
    }),
  ];
  return { handlers, asked };
};
