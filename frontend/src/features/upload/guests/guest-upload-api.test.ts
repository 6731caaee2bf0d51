import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import { server } from "@/test/server";

import { PermanentError, TransientError } from "../queue/errors";
import { guestUploadApi } from "./guest-upload-api";

const picture = (sha256: string) => ({
  name: `${sha256}.jpg`,
  size: 5,
  content_type: "image/jpeg",
  sha256,
  parts: { size: 1, sha256: [] },
});

const upload = { method: "PUT", url: "https://s3.test/x", headers: {}, expires_at: "2026-01-01" };

/** An API that promises a place for each picture; `asked` has what it was told of them. */
const places = () => {
  const asked: Record<string, unknown>[][] = [];
  server.use(
    http.post("*/api/shared/uploads", async ({ request }) => {
      const { images } = (await request.json()) as { images: Record<string, unknown>[] };
      asked.push(images);
      return HttpResponse.json({
        places: images.map(({ sha256 }) => ({
          status: "upload",
          id: `id ${String(sha256)}`,
          upload,
        })),
      });
    }),
  );
  return asked;
};

const api = (onClosed = vi.fn()) =>
  guestUploadApi({ headers: { "Pinhole-Visit": "v" }, name: () => "Anna", onClosed });

test("pictures are asked for by tens, whole, with the guest's name", async () => {
  const asked = places();
  const all = Array.from({ length: 12 }, (_, number) => picture(String(number)));
  const found = await api().askForPlaces(all);
  expect(found.map(({ status }) => status)).toEqual(Array(12).fill("upload"));
  expect(asked.map((images) => images.length)).toEqual([10, 2]);
  expect(asked[0]?.[0]).toMatchObject({ name: "0.jpg", added_by: "Anna" });
  expect(asked[0]?.[0]).not.toHaveProperty("parts");
  expect(asked[0]?.[0]).not.toHaveProperty("id");
});

test("another address is asked for by the id of before, and a place that is over is asked for anew", async () => {
  const asked = places();
  const guest = api();
  await guest.askForPlaces([picture("a")]);
  await guest.askForPlaces([picture("a")]);
  expect(asked[1]?.[0]).toMatchObject({ id: "id a" });
  server.use(
    http.post(
      "*/api/shared/uploads",
      () => HttpResponse.json({ code: "not_found", detail: "There is none." }, { status: 404 }),
      { once: true },
    ),
  );
  const [place] = await guest.askForPlaces([picture("a")]);
  expect(place?.status).toBe("upload");
  expect(asked[2]?.[0]).not.toHaveProperty("id");
});

test("a link that has ended says so, and is not asked again", async () => {
  const onClosed = vi.fn();
  server.use(
    http.post("*/api/shared/uploads", () =>
      HttpResponse.json({ code: "share_closed", detail: "" }, { status: 404 }),
    ),
  );
  const asking = api(onClosed).askForPlaces([picture("a")]);
  await expect(asking).rejects.toBeInstanceOf(PermanentError);
  expect(onClosed).toHaveBeenCalledOnce();
});

test("whoever asks for much waits", async () => {
  server.use(
    http.get("*/api/shared/uploads", () =>
      HttpResponse.json({ code: "unavailable", detail: "" }, { status: 503 }),
    ),
  );
  await expect(api().imagesById(["x"])).rejects.toBeInstanceOf(TransientError);
});

test("what has arrived is ready once it had time to turn out to be no picture", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const outcomes: Record<string, string> = { a: "received", b: "refused", c: "arriving" };
  server.use(
    http.get("*/api/shared/uploads", () =>
      HttpResponse.json({
        images: Object.entries(outcomes).map(([id, outcome]) => ({
          id,
          outcome,
          detail: outcome === "refused" ? "No picture." : null,
        })),
      }),
    ),
  );
  const guest = api();
  const states = async () =>
    (await guest.imagesById(["a", "b", "c"])).map(({ state, failure }) => [state, failure?.detail]);
  expect(await states()).toEqual([
    ["processing", undefined],
    ["rejected", "No picture."],
    ["uploading", undefined],
  ]);
  vi.setSystemTime(Date.now() + 7_000);
  expect((await states())[0]).toEqual(["ready", undefined]);
  vi.useRealTimers();
});
