import { expect, test } from "vitest";

import { hashBlob, hashInParts } from "./hash-blob";
import { Sha256 } from "./sha256";

const bytes = (length: number) => Uint8Array.from({ length }, (_, n) => (n * 31 + (n >> 8)) % 256);

const theirs = async (content: Uint8Array<ArrayBuffer>) => {
  const digest = await crypto.subtle.digest("SHA-256", content);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

test("the examples of the standard", () => {
  const hashOf = (text: string) => {
    const hash = new Sha256();
    hash.update(new TextEncoder().encode(text));
    return hash.digest();
  };
  expect(hashOf("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(hashOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("every length around the ends of blocks is what the browser says of it", async () => {
  for (let length = 0; length <= 200; length += 1) {
    const hash = new Sha256();
    hash.update(bytes(length));
    expect(hash.digest()).toBe(await theirs(bytes(length)));
  }
});

test.each([1, 7, 63, 64, 65, 100, 999])("in pieces of %d bytes it is the same", async (piece) => {
  const content = bytes(1_000);
  const hash = new Sha256();
  for (let at = 0; at < content.length; at += piece) hash.update(content.subarray(at, at + piece));
  expect(hash.digest()).toBe(await theirs(content));
});

test("a file is read once for its own hash and for that of each part", async () => {
  const content = bytes(1_000);
  const read: [number, number][] = [];
  const file = {
    size: content.length,
    slice: (from: number, to: number) => {
      read.push([from, to]);
      return { arrayBuffer: () => Promise.resolve(content.slice(from, to).buffer) };
    },
  };
  expect(await hashInParts(file as unknown as Blob, 400)).toEqual({
    sha256: await theirs(content),
    parts: {
      size: 400,
      sha256: await Promise.all(
        [content.slice(0, 400), content.slice(400, 800), content.slice(800)].map(theirs),
      ),
    },
  });
  expect(read).toEqual([
    [0, 400],
    [400, 800],
    [800, 1_200],
  ]);
});

test("a small file is hashed whole", async () => {
  const blob = { arrayBuffer: () => Promise.resolve(bytes(10).buffer) };
  expect(await hashBlob(blob as unknown as Blob)).toBe(await theirs(bytes(10)));
});
