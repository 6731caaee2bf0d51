import { describe, expect, it } from "vitest";

import { isIcon } from "./trusted-types";

const PRELOADER =
  '<svg aria-hidden="true" class="pswp__icn" viewBox="0 0 32 32" width="32" height="32">' +
  '<use class="pswp__icn-shadow" xlink:href="#pswp__icn-loading"/>' +
  '<path fill-rule="evenodd" clip-rule="evenodd" d="M21.2 16a5.2 5.2 0 1 1-5.2-5.2V8a8 8 0 1 0 8 8h-2.8Z" id="pswp__icn-loading"/></svg>';

describe("isIcon", () => {
  it.each(["", PRELOADER])("lets PhotoSwipe's own markup through: %s", (markup) => {
    expect(isIcon(markup)).toBe(true);
  });

  it.each([
    "<img src=x onerror=alert(1)>",
    "words",
    `${PRELOADER}<img src=x onerror=alert(1)>`,
    PRELOADER.replace('d="', 'onload="alert(1)" d="'),
    PRELOADER.replace("#pswp", "https://evil.example/#pswp"),
    PRELOADER.replace("<use", "<script"),
    PRELOADER.replace('viewBox="0 0 32 32"', 'onclick="alert(1)"'),
  ])("refuses anything else: %s", (markup) => {
    expect(isIcon(markup)).toBe(false);
  });
});
