import { expect, test } from "vitest";

import { acceptList, contentTypeOf, namesOf } from "./content-types";

test.each([
  ["beach.jpg", "image/jpeg", "image/jpeg"],
  ["beach.jpg", "image/pjpeg", "image/jpeg"],
  ["IMG_1.HEIC", "", "image/heic"],
  ["IMG_1.heic", "application/octet-stream", "image/heic"],
  ["scan.tiff", "", "image/tiff"],
  ["DSC_1.NEF", "", "image/x-nikon-nef"],
  ["P5130012.ORF", "", "image/x-olympus-orf"],
  ["P5130012.ori", "", "image/x-olympus-orf"],
  ["IMGP0001.PEF", "", "image/x-pentax-pef"],
  ["SAM_0001.SRW", "", "image/x-samsung-srw"],
  ["B0000001.3FR", "", "image/x-hasselblad-3fr"],
  ["EPSN0001.ERF", "", "image/x-epson-erf"],
  ["CF000001.IIQ", "", "image/x-phaseone-iiq"],
  ["L1000001.RWL", "", "image/x-panasonic-rw2"],
  ["DSC00001.SR2", "image/x-sony-sr2", "image/x-sony-arw"],
  ["DSCN0001.NRW", "image/x-nikon-nrw", "image/x-nikon-nef"],
  ["back.mos", "", "image/x-raw"],
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
  expect(namesOf(["image/jpeg", "image/x-raw"])).toBe("JPEG or RAW");
});
