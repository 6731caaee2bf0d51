/** How the site is built, served while developing, and tested. */
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const apiUrl = process.env["PINHOLE_API_URL"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  server: {
    // Host, Origin and Sec-Fetch-Site pass unchanged: the API compares them with the address in the
    // address bar, which is this server's, and so refuses other sites here as it does when deployed.
    proxy: { "/api": { target: apiUrl, changeOrigin: false } },
  },
  build: {
    // Everything modern browsers have had since 2024 (light-dark(), dialog, :has()).
    target: ["chrome123", "edge123", "firefox128", "safari17.5"],
    manifest: true,
    sourcemap: false,
    // The content security policy allows pictures from data: addresses, but fonts and scripts not.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}", "*.test.js"],
    restoreMocks: true,
    // One page for all files of a worker: a third of the time. src/test/setup.ts leaves it clean.
    isolate: false,
    // Generous, for machines that do ten things at once; a test that passes does not wait.
    testTimeout: 20_000,
    expect: { poll: { timeout: 5_000 } },
  },
});
