/** Google Takeouts with every oddity that is known, against the answer key of tests/importer/takeout_export.py. */
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { beforeAll, expect, test } from "vitest";

import text from "./answers.json?raw";
import { wallText, zoneOf } from "./clocks";
import { saidDate } from "./dates";
import { readOwn } from "./exif";
import { readName } from "./name-dates";
import { makePlan, type Plan } from "./plan";
import { summarizePlan } from "./plan-summary";
import { readExport } from "./read";
import type { Choices, Row } from "./rows";

type Answer =
  | { outcome: "not" }
  | {
      outcome: "upload" | "copy";
      taken: string | null;
      is_said: boolean;
      offset: number | null;
      place: [number, number] | null;
      description: string;
      favourite: boolean;
      archived: boolean;
      albums: string[];
      tags: string[];
      name: string;
    };
type Answers = {
  zone: string;
  types: string[];
  maxBytes: number;
  dated: [name: string, taken: string, tag: string | null][];
  undated: string[];
  files: ({ path: string; zips: number[] } & ({ text: string } | { base64: string }))[];
  expected: Record<string, Answer>;
};

const answers = JSON.parse(text) as Answers;
const YEAR = "Takeout/Google Photos/Photos from 2019";
const CHOICES: Choices = {
  zone: zoneOf(answers.zone),
  trash: false,
  locked: false,
  people: false,
  restore: false,
  ownOnly: false,
};
const LIMITS = { maxBytes: answers.maxBytes, contentTypes: answers.types };

const bytesOf = (file: Answers["files"][number]): Uint8Array<ArrayBuffer> =>
  "text" in file
    ? new TextEncoder().encode(file.text)
    : Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0));

const zipped = async (number: number): Promise<File> => {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const file of answers.files) {
    if (!file.zips.includes(number)) continue;
    // As they come: some files packed, some as they are.
    const level = file.path.length % 2 === 0 ? 6 : 0;
    await writer.add(file.path, new Uint8ArrayReader(bytesOf(file)), { level });
  }
  return new File([await writer.close()], `takeout-20190801T000000Z-00${number + 1}.zip`);
};

const planOf = (
  rows: Row[],
  choices: Partial<Choices> = {},
  library = new Map<string, "here" | "deleted">(),
) => makePlan({ rows, choices: { ...CHOICES, ...choices }, limits: LIMITS, library });

/** What the plan says of a file, in the words of the key. */
const told = (rows: Row[], plan: Plan, path: string) => {
  const row = rows.find((each) => each.path === path);
  const verdict = row && plan.verdicts.get(row.id);
  const picture = row?.kind === "media" ? plan.pictures.get(row.sha256) : undefined;
  if (!picture || (verdict !== "upload" && verdict !== "same")) return { outcome: "not" };
  const { facts } = picture;
  return {
    outcome: answers.expected[path]?.outcome === "copy" ? "copy" : verdict,
    taken: facts.taken,
    is_said: facts.isSaid,
    offset: facts.offset,
    place: facts.place,
    description: facts.description,
    favourite: facts.favourite,
    archived: facts.archived,
    albums: facts.albums.map((key) => plan.albums.get(key)?.title).sort(),
    tags: facts.tags,
    name: facts.name,
  };
};

let zips: File[];
let rows: Row[];

beforeAll(async () => {
  zips = await Promise.all([0, 1, 2].map(zipped));
  rows = await readExport(
    zips.map((file) => ({ file, path: file.name })),
    () => undefined,
    LIMITS.maxBytes,
  );
}, 60_000);

test("every answer is that of the key", () => {
  const plan = planOf(rows);
  const paths = Object.keys(answers.expected);
  expect(paths.length).toBeGreaterThan(90);
  expect(Object.fromEntries(paths.map((path) => [path, told(rows, plan, path)]))).toEqual(
    answers.expected,
  );
});

test("a folder with the same files gives the same plan", async () => {
  const dropped = answers.files.map((file) => ({
    file: new File([bytesOf(file)], file.path.slice(file.path.lastIndexOf("/") + 1)),
    path: file.path,
  }));
  const inFolder = await readExport(dropped, () => undefined, LIMITS.maxBytes);
  const plan = planOf(inFolder);
  for (const [path, answer] of Object.entries(answers.expected)) {
    expect(told(inFolder, plan, path)).toEqual(answer);
  }
});

test("of the same bytes one is uploaded", () => {
  const { verdicts } = planOf(rows);
  const copies = rows.filter(({ path }) => path.endsWith("/many.jpg"));
  const outcomes = copies.map(({ id }) => verdicts.get(id)).sort();
  expect(outcomes).toEqual([...Array<string>(8).fill("same"), "upload"]);
});

test("every file has a verdict, and no sidecar of a picture is left over", () => {
  const { verdicts } = planOf(rows);
  expect(rows.filter(({ id }) => !verdicts.has(id))).toEqual([]);
  const unused = rows.filter(({ id }) => verdicts.get(id) === "not_about_pictures");
  expect(unused.map(({ name }) => name).sort()).toEqual([
    "broken.jpg.json",
    "print-subscriptions.json",
    "shared_album_comments.json",
    "user-generated-memory-titles.json",
  ]);
  expect(rows.filter(({ id }) => verdicts.get(id) === "unused_sidecar")).toEqual([]);
});

test("what a person chooses", () => {
  const plan = planOf(rows, { people: true, trash: true, locked: true, ownOnly: true });
  const find = (name: string) => rows.find(({ path }) => path === `${YEAR}/${name}`);
  const factsOf = (name: string) => {
    const row = find(name);
    return row?.kind === "media" ? plan.pictures.get(row.sha256)?.facts : undefined;
  };
  expect(factsOf("said.jpg")?.tags).toEqual(["people/Oma", "people/Opa"]);
  expect(factsOf("binned.jpg")).toBeDefined();
  expect(factsOf("secret.jpg")?.archived).toBe(true);
  expect(plan.verdicts.get(find("partner.jpg")?.id ?? -1)).toBe("shared");
});

test("an album of that title, which is used, is told from those that are made", () => {
  const plan = planOf(rows);
  const [first] = summarizePlan(plan, rows, []).albums;
  const { albums } = summarizePlan(plan, rows, [first?.title ?? "", "Another"]);
  expect(albums.filter(({ isThere }) => isThere).map(({ title }) => title)).toEqual([first?.title]);
});

test("what the library has is not uploaded", () => {
  const row = rows.find(({ path }) => path === `${YEAR}/loved.jpg`);
  if (row?.kind !== "media") throw new Error("no picture");
  const here = planOf(rows, {}, new Map([[row.sha256, "here"]]));
  expect(here.pictures.get(row.sha256)).toMatchObject({
    outcome: "here",
    facts: { favourite: true },
  });
  const deleted = planOf(rows, {}, new Map([[row.sha256, "deleted"]]));
  expect(deleted.pictures.get(row.sha256)?.outcome).toBe("deleted");
  const restored = planOf(rows, { restore: true }, new Map([[row.sha256, "deleted"]]));
  expect(restored.pictures.get(row.sha256)?.outcome).toBe("upload");
});

test("a file that is broken in its zip, and a zip that is none, are said so", async () => {
  const [first] = zips;
  if (!first) throw new Error("no zip");
  const whole = new Uint8Array(await first.arrayBuffer());
  const stored = rows.find(
    (row) => row.kind === "media" && row.source.file === 0 && row.source.at?.isDeflated === false,
  );
  if (!stored?.source.at) throw new Error("nothing is stored");
  const middle = stored.source.at.offset + 30 + stored.path.length + 200;
  whole[middle] = (whole[middle] ?? 0) ^ 1;
  const dropped = [new File([whole], "a.zip"), new File(["PK"], "b.zip")];
  const read = await readExport(
    dropped.map((file) => ({ file, path: file.name })),
    () => undefined,
    LIMITS.maxBytes,
  );
  const problems = read.filter((row) => row.kind === "other" && row.problem !== null);
  expect(problems.map(({ path }) => path)).toEqual([stored.path, "b.zip"]);
});

test("a zip with Zip64's records, and something before it, is read", async () => {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false, zip64: true });
  const said = JSON.stringify({ title: "Zug", access: "" });
  await writer.add("Zug/metadata.json", new Uint8ArrayReader(new TextEncoder().encode(said)));
  const zip = new File(["something before it", await writer.close()], "zip64.zip");
  const [row] = await readExport([{ file: zip, path: zip.name }], () => undefined, LIMITS.maxBytes);
  expect(row).toMatchObject({
    path: "Zug/metadata.json",
    said: { album: { title: "Zug", description: "" } },
  });
});

test("what is packed is unpacked no further than the zip says that it is large", async () => {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  await writer.add("a.jpg", new Uint8ArrayReader(new Uint8Array(1_000_000)));
  const bytes = await writer.close();
  // The size in the directory: of 1,000,000 bytes it says 100.
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 4 <= bytes.length; at += 1) {
    if (view.getUint32(at, true) === 1_000_000) view.setUint32(at, 100, true);
  }
  const zip = new File([bytes], "bomb.zip");
  const [row] = await readExport([{ file: zip, path: zip.name }], () => undefined, LIMITS.maxBytes);
  expect(row).toMatchObject({ kind: "other", problem: "The zip is broken here" });
});

test("what is too large for the site is not read, and not hashed", async () => {
  const large = new File([new Uint8Array(2_000)], "large.jpg");
  const read = await readExport([{ file: large, path: large.name }], () => undefined, 1_000);
  expect(read[0]).toMatchObject({ kind: "media", sha256: "" });
  const plan = makePlan({
    rows: read,
    choices: CHOICES,
    limits: { ...LIMITS, maxBytes: 1_000 },
    library: new Map(),
  });
  expect([...plan.verdicts.values()]).toEqual(["too_large"]);
});

test.each(answers.dated)("%s says when it was taken", (name, taken, tag) => {
  const found = readName(name, CHOICES.zone);
  expect(found && [wallText(found.taken), found.tag]).toEqual([taken, tag]);
});

test.each(answers.undated)("%s has no date", (name) => {
  expect(readName(name, CHOICES.zone)).toBeNull();
});

test("a corrected date is shown in the picture's own zone", () => {
  const own = { taken: Date.UTC(2022, 0, 1), offset: 540 };
  const date = saidDate(own, Date.UTC(2019, 6, 14, 12), CHOICES.zone);
  expect(date && [wallText(date.taken ?? 0), date.offset]).toEqual(["2019-07-14T21:00:00", 540]);
});

test("EXIF that is cut off or damaged is no error", () => {
  const file = answers.files.find(({ path }) => path.endsWith("/tokyo.jpg"));
  if (!file) throw new Error("no such file");
  const whole = bytesOf(file);
  expect(readOwn(whole).taken).toBe(Date.UTC(2019, 6, 14, 21));
  for (let at = 20; at < 300; at += 1) {
    readOwn(whole.slice(0, at));
    for (const value of [0, 255]) readOwn(Uint8Array.from(whole).fill(value, at, at + 1));
  }
});
