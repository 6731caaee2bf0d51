/** What every test needs: DOM matchers, a clean page, and an API that fails on anything nobody expected. */
import "@testing-library/jest-dom/vitest";

import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll } from "vitest";

import { server } from "./server";

// As generous as expect.poll, see vite.config.ts.
configure({ asyncUtilTimeout: 5_000 });

// jsdom has the dialog element but not its methods.
Object.assign(HTMLDialogElement.prototype, {
  showModal(this: HTMLDialogElement) {
    this.open = true;
  },
  close(this: HTMLDialogElement) {
    this.open = false;
  },
});

// jsdom lays nothing out: every element is as wide as a small window, and nobody reports a change.
Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, value: 1000 });
globalThis.ResizeObserver = class {
  observe(): void {
    // Nothing changes size here.
  }
  unobserve(): void {
    // See observe().
  }
  disconnect(): void {
    // See observe().
  }
};
Object.assign(window, {
  scrollTo: () => undefined,
  scrollBy: () => undefined,
  matchMedia: (query: string) => ({ matches: false, media: query }),
});

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  cleanup();
  server.resetHandlers();
  localStorage.clear();
  sessionStorage.clear();
});
afterAll(() => server.close());
