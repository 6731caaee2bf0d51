import { afterEach, beforeEach, expect, test } from "vitest";

import { onScreen } from "./offline-thumbnails";

beforeEach(() => {
  document.body.innerHTML = `<main><div data-image="a1"><img alt="A harbour" src="/a1.webp"></div></main>`;
  const image = document.querySelector("img");
  Object.defineProperty(image, "complete", { value: true });
  Object.defineProperty(image, "naturalWidth", { value: 100 });
});

afterEach(() => {
  document.body.innerHTML = "";
  window.history.replaceState(null, "", "/");
});

test.each(["/", "/albums/a1", "/favourites"])("what is on the screen of %s is kept", (path) => {
  window.history.replaceState(null, "", path);
  expect(onScreen().map(({ id, alt }) => [id, alt])).toEqual([["a1", "A harbour"]]);
});

test.each(["/deleted", "/shared-with-me/a1", "/shared-with-me/a1/picture/b2"])(
  "nothing of %s is kept",
  (path) => {
    window.history.replaceState(null, "", path);
    expect(onScreen()).toEqual([]);
  },
);
