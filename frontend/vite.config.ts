/** How the site is built, served while developing, and tested. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const apiUrl = process.env["PINHOLE_API_URL"] ?? "http://127.0.0.1:8000";

/**
 * [Note: Chunks of the first load] package.json says which modules have side effects, so what the first screen does
 * not use of src/api leaves the first load with the screens that use it. The bundler would then cut the rest into
 * two dozen small chunks, which compress badly (117 KB in place of 109): these two hold it together.
 */
const FIRST_LOAD = [
  {
    name: "first",
    test: new RegExp(
      [
        /node_modules.(react|react-dom|scheduler|@tanstack|wouter|regexparam|use-sync-external-store)\b(?!.*(useMutationState|useInfiniteQuery|infiniteQueryObserver))/,
        /src.(components.(sharing.ShareIcon|corrections.PlaceIcon)|app.(search-address|device-data|first-picture))/,
        /src.ui.(?!Combobox|NewPasswordField|CodeField|PasswordField|Switch|Dialog|TextField|FormAlert|form-focus|lazy-icons)/,
        /src.api.(client|http|problem|fetch-in-turn|images.(?!uploads|imports|search|map|delete-for-good|date-mutations|location-mutations|stack-mutations|neighbours|lookalikes))/,
        /src.api.(auth.(session|reauth)|account.(account|notices))\./,
      ]
        .map(({ source }) => source)
        .join("|"),
    ),
  },
  {
    name: "gallery",
    test: /components.gallery.(?!selection-buttons|SelectionBar|use-deleted|use-focus-on-grid)|node_modules.thumbhash/,
  },
  // Small pieces that several screens share: each chunk of its own would be named in the first load.
  {
    name: "corrections",
    test: /components.corrections.(GeoNames|place-name|coordinates|use-correct|load-place)|src.api.images.(date|location)-mutations/,
  },
  // What dialogs and forms are made of: none is open at first.
  { name: "forms", test: /src.ui.(Dialog|TextField|FormAlert|form-focus|lazy-icons)/ },
  // Of settings and of signing in. Without a chunk of its own, it would be in the first one, for all of them.
  {
    name: "account",
    test: /src.api.(account.(export|security)|auth.(email-links|sign-in|confirm|webauthn))/,
  },
];

/** The page of share links while developing: app/api/static_site.py does the same. */
const shareLinks: Plugin = {
  name: "share-links",
  configureServer: ({ middlewares }) => {
    middlewares.use((request, _response, next) => {
      if (/^\/s(?:\?|$)/.test(request.url ?? "")) request.url = "/s.html";
      next();
    });
  },
};

/** Puts the service worker beside the page, with a version that is another one when what it keeps is. */
const serviceWorker: Plugin = {
  name: "service-worker",
  apply: "build",
  generateBundle() {
    const text = readFileSync("service-worker/sw.js", "utf8");
    const files = ["offline.html", "offline.css", "offline.js", "theme.js"];
    const hash = createHash("sha256").update(text);
    for (const file of files) hash.update(readFileSync(`public/${file}`));
    const source = text.replace("{{version}}", hash.digest("hex").slice(0, 16));
    this.emitFile({ type: "asset", fileName: "sw.js", source });
    const downloads = readFileSync("service-worker/download-sw.js", "utf8");
    this.emitFile({ type: "asset", fileName: "download-sw.js", source: downloads });
  },
};

export default defineConfig({
  plugins: [react(), tailwindcss(), shareLinks, serviceWorker],
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
    rolldownOptions: { output: { codeSplitting: { groups: FIRST_LOAD } } },
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
