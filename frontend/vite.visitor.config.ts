/**
 * How the page of share links is built: by itself, so that a visitor loads nothing of what only people with an
 * account need. What both have is in both, and compressed with the rest of each.
 */
import { defineConfig } from "vitest/config";

import site from "./vite.config";

export default defineConfig({
  ...site,
  build: {
    ...site.build,
    emptyOutDir: false,
    manifest: ".vite/visitor.json",
    rolldownOptions: { input: "s.html" },
  },
});
