import { afterEach, expect, test } from "vitest";

import { afterFirstPicture, expectNone, expectPictures } from "./first-picture";

const isWaiting = async () => {
  const waits = Symbol("waits");
  const settled = new Promise((resolve) => setTimeout(() => resolve(waits), 50));
  return (await Promise.race([afterFirstPicture(), settled])) === waits;
};

afterEach(expectNone);

test("nothing waits where no picture is expected, or there are none after all", async () => {
  expect(await isWaiting()).toBe(false);
  expectPictures();
  expect(await isWaiting()).toBe(true);
  expectNone();
  expect(await isWaiting()).toBe(false);
});

test("what can come later waits for the first picture, and for no other element", async () => {
  expectPictures();
  document.head.dispatchEvent(new Event("load"));
  expect(await isWaiting()).toBe(true);
  const image = document.body.appendChild(new Image());
  image.dispatchEvent(new Event("load"));
  expect(await isWaiting()).toBe(false);
  image.remove();
});
