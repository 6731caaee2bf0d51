import { expect, test } from "vitest";

import { aTag } from "@/test/samples";

import { faultOf, isBelow, isSamePath, matchingTags, nameOf, aboveOf, tidyPath } from "./tag-paths";

test("a path is tidied as the API does it", () => {
  expect(tidyPath("  /family / Oma   Gerda/ ")).toBe("family/Oma Gerda");
  expect([aboveOf("a/b/c"), nameOf("a/b/c"), aboveOf("a"), nameOf("a")]).toEqual([
    "a/b/",
    "c",
    "",
    "a",
  ]);
});

test("what is no path says why", () => {
  expect(faultOf("family/Oma")).toBeUndefined();
  expect(faultOf("family//Oma")).toMatch(/before and after each/u);
  expect(faultOf("1/2/3/4/5/6/7")).toMatch(/6 names/u);
  expect(faultOf("n".repeat(101))).toMatch(/100 characters/u);
});

test("case makes no other tag, and a tag is not below one that begins the same", () => {
  expect(isSamePath("Family/OMA", "family/oma")).toBe(true);
  expect(isBelow("Family/Oma", "family")).toBe(true);
  expect(isBelow("familyhood/Oma", "family")).toBe(false);
});

test("tags are found by any part, those that begin with it first, accents aside", () => {
  const tags = ["beach", "family", "family/Oma", "Rome", "Évora", "oma"].map((path) =>
    aTag({ id: path, path }),
  );
  const found = (text: string) => matchingTags(tags, text).map(({ path }) => path);
  expect(found("om")).toEqual(["family/Oma", "oma", "Rome"]);
  expect(found("oma")).toEqual(["oma", "family/Oma"]);
  expect(found("evo")).toEqual(["Évora"]);
  expect(found("family/o")).toEqual(["family/Oma"]);
  expect(found("none")).toEqual([]);
});
