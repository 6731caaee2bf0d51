import { expect, test } from "vitest";

import { anImage } from "@/test/samples";

import { keepSignedUrls } from "./signed-urls";

const url = (signature: number, key = "users/aa/01/thumbnail.webp") =>
  `http://storage.test/${key}?X-Amz-Signature=${signature}`;

const old = anImage({ thumbnail_url: url(1), urls_expire_at: "2099-01-01T00:00:00Z" });

test("the same object keeps its old address, and an unchanged image stays the same value", () => {
  const next = anImage({ thumbnail_url: url(2), urls_expire_at: "2099-01-01T01:00:00Z" });
  expect(keepSignedUrls(old, next)).toBe(old);
});

test("other changes come through beside the old address", () => {
  const next = anImage({ thumbnail_url: url(2), name: "renamed.jpg" });
  expect(keepSignedUrls(old, next)).toMatchObject({ name: "renamed.jpg", thumbnail_url: url(1) });
});

test.each([
  ["expires soon", { urls_expire_at: new Date(Date.now() + 30_000).toISOString() }],
  ["was given up", { urls_expire_at: null }],
])("an old address that %s gives way", (_, changes) => {
  const next = anImage({ thumbnail_url: url(2) });
  expect(keepSignedUrls({ ...old, ...changes }, next).thumbnail_url).toBe(url(2));
});

test("another object brings its own address", () => {
  const next = anImage({ thumbnail_url: url(2, "users/aa/02/thumbnail.webp") });
  expect(keepSignedUrls(old, next)).toBe(next);
});
