// Make the same derived pictures with sharp: the way its documentation shows, two sizes of one file.
// Usage: node sharp.mjs NAME FOLDER OUT; NAME.json in FOLDER says what to make of each file.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

const [name, folder, out] = process.argv.slice(2);
const sizes = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
sharp.concurrency(1);
sharp.cache(false);

async function process(data, size) {
  const upright = sharp(data).autoOrient();
  const made = size.map(({ width, height, format, quality }) =>
    upright.clone().resize(width, height).keepIccProfile().toFormat(format, { quality }).toBuffer(),
  );
  return Promise.all(made);
}

const files = Object.entries(sizes).map(([file, size]) => [
  file,
  readFileSync(join(folder, file)),
  size,
]);
await process(files[0][1], files[0][2]);
const spent = [];
for (const [file, data, size] of files) {
  const before = process.cpuUsage();
  const made = await process(data, size);
  const { user, system } = process.cpuUsage(before);
  spent.push((user + system) / 1000);
  made.forEach((bytes, at) => writeFileSync(join(out, `${file}-${String(at)}`), bytes));
}
console.log(JSON.stringify(spent));
