import { expect, test } from "vitest";

import { acceptList, contentTypeOf, namesOf } from "./content-types";

test.each([
  ["beach.jpg", "image/jpeg", "image/jpeg"],
  ["beach.jpg", "image/pjpeg", "image/jpeg"],
  ["IMG_1.HEIC", "", "image/heic"],
  ["IMG_1.heic", "application/octet-stream", "image/heic"],
  ["scan.tiff", "", "image/tiff"],
  ["DSC_1.NEF", "", "image/x-nikon-nef"],
  ["phone.dng", "image/dng", "image/x-adobe-dng"],
  ["clip.mp4", "video/mp4", "video/mp4"],
  ["notes.txt", "text/plain", "text/plain"],
  ["mystery", "", ""],
])("%s, said to be %j, is %j", (name, type, expected) => {
  expect(contentTypeOf(new File(["x"], name, { type }))).toBe(expected);
});

test("the picker takes types and extensions", () => {
  expect(acceptList(["image/png", "image/heic"])).toBe("image/png,image/heic,.png,.heic");
});

test("kinds are named as people know them, each once", () => {
  expect(namesOf(["image/jpeg", "image/heic", "image/heif"])).toBe("JPEG or HEIC");
  expect(namesOf(["image/jpeg", "image/x-nikon-nef", "image/x-fuji-raf"])).toBe("JPEG or RAW");
});
