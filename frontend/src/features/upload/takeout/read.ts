/** Reading an export: hashes and first bytes of pictures, and what sidecars say. Runs in a worker. */
import { partSizeOf } from "../queue/file-hash";
import { digest, hashInParts } from "../queue/hash-blob";
import { isIntact, openPacked } from "./archive";
import { localWall } from "./clocks";
import { NOTHING, readOwn } from "./exif";
import { HEAD, lastName, roleOf, typeOf, type Role } from "./kinds";
import type { OtherRow, Row, Source } from "./rows";
import { MAX_JSON, parseSidecar } from "./sidecar";
import { listZip, UnreadableError, type Packed } from "./zip-directory";

/** A file as it was dropped, with its path within the folder that was dropped. */
export type DroppedFile = { file: File; path: string };

export type ReadProgress = {
  /** Files that were looked into, and all. */
  files: { read: number; total: number };
  bytes: { read: number; total: number };
};

type Listed = Pick<OtherRow, "id" | "container" | "path" | "name" | "size" | "modified"> & {
  source: Source;
  role: Role;
  problem: string | null;
};

/** Of what is too large for the site: see refusal() of plan.ts. */
const UNREAD = { sha256: "", parts: null, type: "application/octet-stream", own: NOTHING };
/** Files of all zips together: a zip may be made of nothing but names, to fill the memory. */
const MAX_ENTRIES = 500_000;
/** As many as are read at once: while one is hashed, the next is fetched from the disk. */
const AT_ONCE = 4;
/** What systems leave in folders; nobody misses it. */
const JUNK = /(?:^|\/)(?:__MACOSX|@eaDir|\.Trashes|\.Spotlight-V100|\.fseventsd)\//;
const JUNK_FILE = /^(?:\._.*|\.DS_Store|Thumbs\.db|desktop\.ini|SYNOFILE_THUMB_S\.jpg)$/i;

export const isZip = (name: string): boolean => name.toLowerCase().endsWith(".zip");

/** Looks into everything. A zip that is none is a row with a problem. Pictures of more than `maxBytes` are not read. */
export const readExport = async (
  dropped: readonly DroppedFile[],
  onProgress: (progress: ReadProgress) => void,
  maxBytes: number,
): Promise<Row[]> => {
  const listed = await list(dropped);
  const bytesOf = (files: readonly Listed[]): number =>
    files.reduce((sum, { size }) => sum + size, 0);
  const progress: ReadProgress = {
    files: { read: 0, total: listed.length },
    bytes: { read: 0, total: bytesOf(listed) },
  };
  onProgress(progress);
  const rows: Row[] = [];
  const left = listed.values();
  const readOneByOne = async () => {
    for (const entry of left) {
      rows[entry.id] = await readOne(entry, dropped, maxBytes);
      progress.files.read += 1;
      progress.bytes.read += entry.size;
      onProgress(progress);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, readOneByOne));
  return rows;
};

const list = async (dropped: readonly DroppedFile[]): Promise<Listed[]> => {
  const listed: Listed[] = [];
  let inZips = 0;
  const add = (entry: Omit<Listed, "id" | "name" | "role">) => {
    if (JUNK.test(entry.path) || JUNK_FILE.test(lastName(entry.path))) return;
    const name = lastName(entry.path);
    listed.push({ ...entry, id: listed.length, name, role: roleOf(entry.path) });
  };
  for (const [index, { file, path }] of dropped.entries()) {
    if (!isZip(file.name)) {
      const { size } = file;
      const modified = localWall(file.lastModified);
      const source = { file: index, at: null };
      const own = { container: "", path: path.normalize("NFC"), size, modified, source };
      add({ ...own, problem: null });
      continue;
    }
    const container = `${path} ${file.size}`;
    try {
      for await (const { at, ...entry } of listZip(file)) {
        inZips += 1;
        if (inZips > MAX_ENTRIES) throw new UnreadableError("It has too many files.");
        add({ ...entry, container, source: { file: index, at } });
      }
    } catch (error) {
      const source = { file: index, at: null };
      add({ container, path, size: 0, modified: null, source, problem: messageOf(error) });
    }
  }
  return listed;
};

const messageOf = (error: unknown): string =>
  error instanceof UnreadableError ? error.message : "It could not be read";

const readOne = async (
  { role, problem, ...file }: Listed,
  dropped: readonly DroppedFile[],
  maxBytes: number,
): Promise<Row> => {
  const left: OtherRow = {
    ...file,
    kind: "other",
    role: role === "sidecar" ? role : "other",
    problem,
  };
  if (problem !== null || role === "sidecar" || role === "other") return left;
  try {
    if (role === "json" && file.size > MAX_JSON) return { ...file, kind: "json", said: null };
    if (role !== "json" && file.size > maxBytes) return { ...file, kind: "media", ...UNREAD };
    const blob = await openSource(file.source, file.size, dropped);
    if (role === "json") {
      return { ...file, kind: "json", said: parseSidecar(await blobText(blob)) };
    }
    return { ...file, kind: "media", ...(await readMedia(blob, file.path, file.source.at)) };
  } catch (error) {
    return { ...left, problem: messageOf(error) };
  }
};

/** @throws UnreadableError */
export const openSource = async (
  { file, at }: Source,
  size: number,
  dropped: readonly DroppedFile[],
): Promise<Blob> => {
  const from = dropped[file]?.file;
  if (!from) throw new UnreadableError("It is not there any more");
  return at ? openPacked(from, at, size) : from;
};

const blobText = async (blob: Blob): Promise<string> =>
  new TextDecoder().decode(await blob.arrayBuffer());

const readMedia = async (blob: Blob, path: string, at: Packed | null) => {
  const head = new Uint8Array(await blob.slice(0, HEAD).arrayBuffer());
  if (at && !(await isIntact(blob, at))) throw new UnreadableError("The zip is broken here");
  const partSize = partSizeOf(blob.size);
  const hashed =
    partSize === null
      ? { sha256: await digest(new Uint8Array(await blob.arrayBuffer())), parts: null }
      : await hashInParts(blob, partSize);
  return { ...hashed, type: typeOf(head, path), own: readOwn(head) };
};
