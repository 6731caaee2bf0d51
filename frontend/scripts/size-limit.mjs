/** Fails when the JavaScript that the timeline needs at first load outgrows its budget. Run after the build. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const LIMIT_KB = 110;
const dist = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");

/** @type {Record<string, { file: string, imports?: string[], isDynamicEntry?: boolean, src?: string }>} */
const manifest = JSON.parse(readFileSync(join(dist, ".vite", "manifest.json"), "utf8"));

/** A chunk with everything that it imports statically, which the browser loads along with it. */
const withImports = (key, found = new Set()) => {
  if (found.has(key)) return found;
  found.add(key);
  for (const next of manifest[key].imports ?? []) withImports(next, found);
  return found;
};

const kilobytes = (key) =>
  brotliCompressSync(readFileSync(join(dist, manifest[key].file))).length / 1000;
const print = (name, size) => console.log(`${size.toFixed(1).padStart(8)} KB  ${name}`);
const total = (keys) => [...keys].reduce((sum, key) => sum + kilobytes(key), 0);

const first = withImports("src/features/timeline/index.ts", withImports("index.html"));
console.log("First load of the timeline, brotli:");
for (const key of first) print(manifest[key].file, kilobytes(key));
const size = total(first);
print(`in all, of ${LIMIT_KB} KB`, size);

console.log("Loaded when needed, beyond that:");
for (const key of Object.keys(manifest).filter(
  (key) => manifest[key].isDynamicEntry && !first.has(key),
)) {
  const more = [...withImports(key)].filter(
    (other) => !first.has(other) && manifest[other].file.endsWith(".js"),
  );
  print(key, total(more));
}

if (size > LIMIT_KB) {
  console.error(`The first load is ${(size - LIMIT_KB).toFixed(1)} KB over its limit.`);
  process.exit(1);
}
