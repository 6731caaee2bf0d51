/** Setup of every test: DOM matchers, a clean page, and an API that fails on unexpected requests. */
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

// jsdom's blobs can be read in the old way only.
Object.assign(Blob.prototype, {
  arrayBuffer(this: Blob): Promise<ArrayBuffer> {
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.addEventListener("load", () => resolve(reader.result as ArrayBuffer));
      reader.addEventListener("error", () => reject(reader.error as Error));
      reader.readAsArrayBuffer(this);
    });
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
Object.assign(HTMLElement.prototype, { scrollIntoView: () => undefined });
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
