/** For tests: what PhotoSwipe asks of a browser and jsdom has not. */
import { vi } from "vitest";

/** No motion, so that nothing takes time. */
export const standInForBrowser = (): void => {
  vi.stubGlobal("matchMedia", (query: string) => ({ matches: query.includes("reduced-motion") }));
  vi.stubGlobal("CSS", { escape: (text: string) => text });
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  Element.prototype.scrollTo = () => undefined;
  HTMLImageElement.prototype.decode = () => Promise.resolve();
};
