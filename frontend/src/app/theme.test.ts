import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";

import { useTheme } from "./theme";

test("the browser's frame follows the chosen theme, and the system again", () => {
  document.head.innerHTML = ["light", "dark"]
    .map((theme) => `<meta name="theme-color" data-theme="${theme}">`)
    .join("");
  const media = () => Array.from(document.querySelectorAll("meta"), (meta) => meta.media);
  const { result } = renderHook(useTheme);
  act(() => result.current[1]("dark"));
  expect(result.current[0]).toBe("dark");
  expect(media()).toEqual(["not all", "all"]);
  act(() => result.current[1]("system"));
  expect(media()).toEqual(["(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"]);
});
