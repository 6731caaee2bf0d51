import { expect, test } from "vitest";

import { safeRedirectPath } from "./safe-redirect-path";

const HERE = "https://pictures.example";

test.each([
  ["/", "/"],
  ["/settings/security?a=1&b=%2F", "/settings/security?a=1&b=%2F"],
  ["/images/../deleted", "/deleted"],
  ["/@evil.example", "/@evil.example"],
  ["/https://evil.example", "/https://evil.example"],
])("%s is a path of this site", (text, path) => {
  expect(safeRedirectPath(text, HERE)).toBe(path);
});

test.each([
  null,
  "",
  "settings",
  "https://evil.example/",
  "https://pictures.example/",
  "https:evil.example",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/.//evil.example",
  "/..//evil.example",
  "/%2e//evil.example",
  "javascript:alert(1)",
  "data:text/html,<script>",
  " //evil.example",
  "//evil.example\\@pictures.example",
  "//[",
])("%j leads nowhere", (text) => {
  expect(safeRedirectPath(text, HERE)).toBeNull();
});
