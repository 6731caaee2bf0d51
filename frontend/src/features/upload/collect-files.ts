/** Collecting the files of a drop, a paste or a picker, folders and all. */
import { contentTypeOf, isPictureType } from "./queue/content-types";
import { HEAD_BYTES, typeByBytes } from "./sniff";

/** What a drop holds. Must be taken out while the event is handled: afterwards the browser hides it. */
export type Dropped = { entries: readonly FileSystemEntry[]; files: readonly File[] };

export type CollectedFiles = { file: File; name: string; contentType: string };

export const takeOut = (transfer: DataTransfer): Dropped => {
  const entries: FileSystemEntry[] = [];
  const files: File[] = [];
  for (const item of transfer.items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry();
    const file = entry ? null : item.getAsFile();
    if (entry) entries.push(entry);
    else if (file) files.push(file);
  }
  return { entries, files };
};

/** Walks folders to the bottom; `paths` are those within what was dropped. What cannot be read (rights, vanished meanwhile) is left out and counted. */
export const collectFiles = async ({
  entries,
  files,
}: Dropped): Promise<{ files: File[]; paths: ReadonlyMap<File, string>; unreadable: number }> => {
  const found = [...files];
  const paths = new Map<File, string>();
  const folders = entries.filter((entry) => !isSystemFile(entry.name));
  let unreadable = 0;
  for (let entry = folders.shift(); entry; entry = folders.shift()) {
    try {
      if (isFile(entry)) {
        const file = await fileOf(entry);
        found.push(file);
        paths.set(file, entry.fullPath);
      } else if (isFolder(entry)) folders.unshift(...(await contentsOf(entry)));
    } catch {
      unreadable += 1;
    }
  }
  return { files: found, paths, unreadable };
};

/** As many as are looked into at once. */
const LOOKED_INTO = 32;

/** Files whose name or declared type says nothing of use are told by their bytes, as the server tells them. */
export const withTypes = async (
  files: readonly File[],
): Promise<{ chosen: CollectedFiles[]; unreadable: number }> => {
  const wanted = files.filter((file) => !isSystemFile(file.name));
  const chosen: CollectedFiles[] = [];
  let unreadable = 0;
  for (let at = 0; at < wanted.length; at += LOOKED_INTO) {
    const some = wanted.slice(at, at + LOOKED_INTO);
    for (const [index, type] of (await Promise.allSettled(some.map(typeOf))).entries()) {
      const file = some[index];
      if (type.status === "rejected") unreadable += 1;
      else if (file) chosen.push({ file, name: file.name, contentType: type.value });
    }
  }
  return { chosen, unreadable };
};

/** Rejects when the file has to be looked into and cannot be read. */
const typeOf = async (file: File): Promise<string> => {
  const claimed = contentTypeOf(file);
  if (isPictureType(claimed)) return claimed;
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  return typeByBytes(head) || claimed;
};

/** Files that systems leave in folders and that nobody chose: no word is made of them. */
const isSystemFile = (name: string): boolean =>
  name.startsWith(".") || /^(thumbs\.db|desktop\.ini)$/i.test(name);

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });

const contentsOf = async (folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> => {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    // Chromium hands out 100 at a time: ask until none is left.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) break;
    all.push(...some);
  }
  return all
    .filter(({ name }) => !isSystemFile(name))
    .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
};
