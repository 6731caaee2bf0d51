import { expect, test } from "vitest";

import { anImage, anImageDetail } from "@/test/samples";

import { cameraLines, coordinatesToCopy, factsOf, locationInWords, motionFacts } from "./facts";

const fact = (changes: Parameters<typeof anImage>[0], label: string) =>
  factsOf(anImage(changes), "2.4 MB").find((one) => one.label === label);

test("the time is the clock's on the wall where it was taken, wherever this browser is", () => {
  const { value = "", more } = fact({ taken_at: "2025-05-03T23:30:00-08:00" }, "Taken") ?? {};
  expect(value).toMatch(/^Saturday,? 3 May 2025 at 23:30$/);
  expect(more).toBe("UTC−08:00");
  expect(fact({ taken_at: "2025-05-03T23:30:00" }, "Taken")).not.toHaveProperty("more");
  expect(fact({ taken_at: null }, "Taken")?.value).toBe("Not recorded in the file");
});

test("where nobody told the zone, that of the place is a guess", () => {
  const inSummer = anImage({ taken_at: "2025-07-03T23:30:00" });
  const [taken] = factsOf(inSummer, "2.4 MB", "Europe/Rome");
  expect(taken?.more).toBe("probably UTC+02:00, by its place");
  const day = anImage({ taken_at: "1985-07-14T00:00:00" });
  expect(factsOf(day, "2.4 MB", "Europe/Rome")[0]).not.toHaveProperty("more");
  expect(factsOf(inSummer, "2.4 MB", "Nowhere/Land")[0]).not.toHaveProperty("more");
});

test("a day whose time nobody knows is shown without one", () => {
  const day = fact({ taken_at: "1985-07-14T00:00:00" }, "Taken")?.value;
  expect(day).toMatch(/^Sunday,? 14 July 1985$/);
  const midnight = { taken_at: "2025-01-01T00:00:00+01:00" };
  expect(fact(midnight, "Taken")?.value).toMatch(/00:00/);
});

test("dimensions are told with megapixels", () => {
  expect(fact({}, "Dimensions")).toMatchObject({ value: "4,000 × 3,000", more: "12 megapixels" });
  expect(fact({ width: 1200, height: 830 }, "Dimensions")?.more).toBe("1 megapixel");
  expect(fact({ width: 20, height: 20 }, "Dimensions")).not.toHaveProperty("more");
  expect(fact({ width: null, height: null }, "Dimensions")).toBeUndefined();
});

test("a camera is named once, with how it was set", () => {
  const camera = {
    make: "Canon",
    model: "Canon EOS R6",
    lens: "RF35mm",
    exposure_time: "1/125",
    f_number: 2.8,
    iso: 200,
    focal_length: 35,
  };
  expect(cameraLines(anImageDetail({ camera }))).toEqual([
    "Canon EOS R6",
    "RF35mm",
    "1/125 s · ƒ/2.8 · ISO 200 · 35 mm",
  ]);
  const fuji = { ...camera, make: "FUJIFILM", model: "X-T5", lens: null, exposure_time: null };
  expect(cameraLines(anImageDetail({ camera: fuji }))[0]).toBe("FUJIFILM X-T5");
  expect(cameraLines(anImageDetail({ camera: null }))).toEqual([]);
});

test("a place is told by its directions, and copied as maps take it", () => {
  const ottawa = { latitude: 45.4215, longitude: -75.6972, altitude: 70.5 };
  expect(locationInWords(ottawa)).toBe("45.42150° N, 75.69720° W · 71 m");
  expect(coordinatesToCopy(ottawa)).toBe("45.4215, -75.6972");
  const sydney = { latitude: -33.8568, longitude: 151.2153, altitude: null };
  expect(locationInWords(sydney)).toBe("33.85680° S, 151.21530° E");
});

test("a file is named by its kind", () => {
  const kind = (content_type: string) => fact({ content_type }, "File")?.more;
  expect(kind("image/webp")).toBe("WebP");
  expect(kind("image/jpeg")).toBe("JPEG");
  expect(kind("image/x-nikon-nef")).toBe("NEF");
  expect(kind("image/x-hasselblad-3fr")).toBe("3FR");
  expect(kind("image/x-raw")).toBe("RAW");
});

test("a picture that says nothing is dated by its file, and it is said so", () => {
  const undated = { taken_at: null, dated_by: "file", timeline_at: "2019-07-04T09:30:00" } as const;
  expect(fact(undated, "Dated by the file")?.value).toContain("4 July 2019");
  expect(fact(undated, "Taken")).toBeUndefined();
});

test("how long a moving part plays", () => {
  expect(motionFacts(anImageDetail({ motion_milliseconds: 3130 }))).toEqual([
    { label: "Moving part", value: "3.1 s" },
  ]);
  expect(motionFacts(anImageDetail())).toEqual([]);
});
