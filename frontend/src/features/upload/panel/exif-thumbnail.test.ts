import { expect, test } from "vitest";

import { exifThumbnail } from "./exif-thumbnail";

const THUMBNAIL = [0xff, 0xd8, 0xff, 0xd9];

type Parts = { little?: boolean; orientation?: number; offset?: number; thumbnail?: number[] };

/** A JPEG's first bytes: an EXIF segment with two directories, the second with a thumbnail behind it. */
const jpegWith = ({
  little = true,
  orientation = 1,
  offset,
  thumbnail = THUMBNAIL,
}: Parts = {}) => {
  const tiff = new DataView(new ArrayBuffer(8 + 18 + 30 + thumbnail.length));
  const short = (at: number, value: number) => tiff.setUint16(at, value, little);
  const long = (at: number, value: number) => tiff.setUint32(at, value, little);
  const entry = (at: number, tag: number, type: number) => {
    short(at, tag);
    short(at + 2, type);
    long(at + 4, 1);
  };
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d);
  short(2, 42);
  long(4, 8);
  short(8, 1);
  entry(10, 0x0112, 3);
  short(18, orientation);
  long(22, 26);
  short(26, 2);
  entry(28, 0x0201, 4);
  long(36, offset ?? 56);
  entry(40, 0x0202, 4);
  long(48, thumbnail.length);
  new Uint8Array(tiff.buffer).set(thumbnail, 56);
  const length = tiff.byteLength + 8;
  const head = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xe1, length >> 8, length & 0xff];
  return [...head, ...new TextEncoder().encode("Exif\0\0"), ...new Uint8Array(tiff.buffer)];
};

// jsdom's files cannot be read.
const fileOf = (bytes: number[]) => {
  const arrayBuffer = () => Promise.resolve(new Uint8Array(bytes).buffer);
  return { slice: () => ({ arrayBuffer }) } as unknown as File;
};

test.each([true, false])("finds the thumbnail, little-endian: %s", async (little) => {
  const found = await exifThumbnail(fileOf(jpegWith({ little })));
  expect(found?.picture.size).toBe(THUMBNAIL.length);
  expect(found?.turn).toBe(0);
});

test.each([
  [3, 180],
  [6, 90],
  [8, 270],
])("orientation %d is a turn of %d degrees", async (orientation, turn) => {
  expect((await exifThumbnail(fileOf(jpegWith({ orientation }))))?.turn).toBe(turn);
});

test("what is no thumbnail, or leads out of the file, is none", async () => {
  expect(await exifThumbnail(fileOf([]))).toBeNull();
  expect(
    await exifThumbnail(fileOf([0x89, 0x50, 0x4e, 0x47, ...Array<number>(40).fill(0)])),
  ).toBeNull();
  expect(await exifThumbnail(fileOf(jpegWith({ offset: 70_000 })))).toBeNull();
  expect(await exifThumbnail(fileOf(jpegWith({ thumbnail: [1, 2, 3] })))).toBeNull();
  expect(await exifThumbnail(fileOf(jpegWith().slice(0, 40)))).toBeNull();
  expect(await exifThumbnail(fileOf([0xff, 0xd8, ...Array<number>(400).fill(0xff)]))).toBeNull();
});
