import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import { server } from "@/test/server";

import { makeZip } from "./make-zip";

const IDS = ["a", "b", "c", "d", "e", "f"];
const BASE = "https://bucket.example/";

test("files whose addresses were left out of an answer are asked for in their turn", async () => {
  server.use(
    http.get(`${BASE}:id`, ({ params }) => HttpResponse.text(`picture ${String(params["id"])}`)),
  );
  const missing: string[] = [];
  const asked: string[][] = [];
  let bytes = 0;
  await makeZip({
    source: {
      hasSidecars: false,
      asked: IDS.length,
      atOnce: 10,
      list: () => Promise.reject(new Error("was listed")),
      addresses: (ids) => {
        asked.push([...ids]);
        return Promise.resolve({
          urls: new Map(ids.slice(0, 1).map((id) => [id, `${BASE}${id}`])),
          sidecars: new Map(),
          expiresAt: Date.now() + 60_000,
        });
      },
    },
    contents: {
      folder: "Lisbon",
      files: IDS.map((id) => ({ id, path: `${id}.jpg`, size: 9, crc32: null, date: null })),
    },
    sidecars: false,
    to: new WritableStream<Uint8Array>(),
    signal: new AbortController().signal,
    progress: {
      onBytes: (count) => (bytes += count),
      onFile: () => undefined,
      onMissing: (file) => missing.push(file.id),
      trouble: (error) => Promise.reject(error instanceof Error ? error : new Error("trouble")),
    },
  });
  expect(missing).toEqual([]);
  expect(bytes).toBe(9 * IDS.length);
  expect(asked.map((ids) => ids[0])).toEqual(IDS);
});
