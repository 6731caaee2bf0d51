/**
 * Fails when the JavaScript that the timeline, or the page of share links, needs at first load outgrows its budget.
 * Run after the build.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const LIMIT_KB = 110;
const VISITOR_LIMIT_KB = 75;
const dist = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");

/** @type {Record<string, { file: string, imports?: string[], isDynamicEntry?: boolean, src?: string }>} */
const manifest = JSON.parse(readFileSync(join(dist, ".vite", "manifest.json"), "utf8"));
const visitors = JSON.parse(readFileSync(join(dist, ".vite", "visitor.json"), "utf8"));

/** A chunk with everything that it imports statically, which the browser loads along with it. */
const withImports = (key, found = new Set()) => {
  if (found.has(key)) return found;
  found.add(key);
  for (const next of manifest[key].imports ?? []) withImports(next, found);
  return found;
};

const bytesOf = (file) => brotliCompressSync(readFileSync(join(dist, file))).length / 1000;
const kilobytes = (key) => bytesOf(manifest[key].file);
const print = (name, size) => console.log(`${size.toFixed(1).padStart(8)} KB  ${name}`);
const total = (keys) => [...keys].reduce((sum, key) => sum + kilobytes(key), 0);

const first = withImports("index.html");
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

console.log("The page of share links, which is built by itself:");
for (const { file, isEntry } of Object.values(visitors)) {
  if (file.endsWith(".js") && !isEntry) print(`${file}, when needed`, bytesOf(file));
}
const entry = visitors["s.html"];
if (entry.imports) throw new Error("Count what the entry of share links imports, too.");
const ofVisitors = bytesOf(entry.file);
print(`${entry.file}, of ${VISITOR_LIMIT_KB} KB`, ofVisitors);

const over = [
  ["The first load", size - LIMIT_KB],
  ["The page of share links", ofVisitors - VISITOR_LIMIT_KB],
].filter(([, kb]) => kb > 0);
for (const [what, kb] of over) console.error(`${what} is ${kb.toFixed(1)} KB over its limit.`);
if (over.length > 0) process.exit(1);
