import { http, HttpResponse } from "msw";
import { describe, expect, test, vi } from "vitest";

import { server } from "@/test/server";

import { TransientError, UnreadableFileError } from "./errors";
import { put } from "./put";

const URL_ = "https://storage.test/users/aa/01/original";
const place = {
  url: `${URL_}?X-Amz-Signature=1`,
  headers: {
    "content-type": "image/jpeg",
    "content-length": "5",
    "if-none-match": "*",
    "x-amz-checksum-sha256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
  },
};

/** jsdom's blobs cannot be read back; whether this one can is for the test to say. */
const aBody = (read: () => Promise<ArrayBuffer>): Blob =>
  Object.assign(new Blob(["hello"]), { slice: () => ({ arrayBuffer: read }) });
const readable = aBody(() => Promise.resolve(new ArrayBuffer(1)));
const gone = aBody(() => Promise.reject(new DOMException("gone", "NotReadableError")));

const send = (signal = new AbortController().signal, body = readable) =>
  put({ place, body, signal, onProgress: vi.fn() });

test("sends the bytes with just the headers that were signed, and no cookie", async () => {
  let seen: Request | undefined;
  server.use(
    http.put(URL_, ({ request }) => {
      seen = request.clone();
      return new HttpResponse(null, { status: 200 });
    }),
  );
  expect(await send()).toBe("stored");
  expect(seen?.headers.get("x-amz-checksum-sha256")).toBe(place.headers["x-amz-checksum-sha256"]);
  expect(seen?.headers.get("if-none-match")).toBe("*");
  expect(seen?.headers.get("content-type")).toBe("image/jpeg");
  expect(seen?.credentials).toBe("same-origin");
  expect(await seen?.text()).toBe("hello");
});

describe("what storage answers", () => {
  test.each([
    [200, "stored"],
    [412, "stored"],
    [403, "expired"],
    [400, "changed"],
  ])("%d means %s", async (status, outcome) => {
    server.use(http.put(URL_, () => new HttpResponse(null, { status })));
    expect(await send()).toBe(outcome);
  });

  test.each([409, 429, 500, 503])("%d is worth another try later", async (status) => {
    server.use(http.put(URL_, () => new HttpResponse(null, { status })));
    await expect(send()).rejects.toEqual(new TransientError("busy"));
  });

  test("no answer is a broken connection", async () => {
    server.use(http.put(URL_, () => HttpResponse.error()));
    await expect(send()).rejects.toEqual(new TransientError("connection"));
  });

  test("no answer to a file that is gone is no fault of the connection", async () => {
    server.use(http.put(URL_, () => HttpResponse.error()));
    await expect(send(undefined, gone)).rejects.toEqual(new UnreadableFileError());
  });
});

test("stops when it is cancelled, before and during", async () => {
  const reason = new DOMException("Cancelled", "AbortError");
  const cancelled = new AbortController();
  cancelled.abort(reason);
  await expect(send(cancelled.signal)).rejects.toBe(reason);

  const controller = new AbortController();
  server.use(
    http.put(URL_, () => {
      controller.abort(reason);
      return new Promise<HttpResponse<null>>(() => undefined);
    }),
  );
  await expect(send(controller.signal)).rejects.toBe(reason);
});
