/** Everything behind an upload, loaded when the first file is chosen: the queue and what surrounds it. */
import type { QueryClient } from "@tanstack/react-query";

import { endSession, holdPerson, isPresent, untilSignedInAgain } from "@/api";

import { BatchedCacheWriter } from "./batched-cache-writer";
import { collectFiles, withTypes, type Dropped } from "./collect-files";
import { httpUploadApi, whilePresent, type Presence } from "./http-upload-api";
import { isDeferred } from "./queue/deferred-file";
import { UploadQueue } from "./queue/queue";
import { isFinished, isUnsent, type IntoAlbum } from "./queue/upload-state";
import type { Limits } from "./queue/validate-file";
import type { DroppedFile } from "./takeout/read";
import type { TakeoutImport } from "./takeout/takeout-import";
import { UnfinishedNote } from "./unfinished-storage";

export { UploadPanel } from "./panel/UploadPanel";

/** What came of adding files. `export`: they are one, and not added: see startImport(). */
export type Added = { files: number; unreadable: number; export: DroppedFile[] | null };

type UploadsParts = { client: QueryClient; userId: string; limits: Limits };

const NOTE_EVERY_MS = 2_000;

export class UploadManager {
  readonly queue: UploadQueue;
  readonly #landing: BatchedCacheWriter;
  readonly #note: UnfinishedNote;
  readonly #letGo: () => void;
  readonly #parts: UploadsParts;
  readonly #presence: Presence;
  readonly #closed = new AbortController();
  #import: TakeoutImport | null = null;
  #noting: ReturnType<typeof setTimeout> | null = null;

  constructor(parts: UploadsParts) {
    const { client, userId, limits } = parts;
    this.#parts = parts;
    this.#presence = {
      isPresent: () => isPresent(client, userId),
      onEnded: () => endSession(client),
      untilBack: () => untilSignedInAgain(client),
    };
    this.#landing = new BatchedCacheWriter(client);
    this.#note = new UnfinishedNote(userId);
    this.queue = new UploadQueue({
      server: httpUploadApi(client, this.#presence),
      limits,
      onLanded: this.#landing.add,
    });
    this.queue.subscribe(this.#onChange);
    // Also for what is sent and being prepared: its rows would go before they say how it ended.
    this.#letGo = holdPerson(
      client,
      () => !this.queue.snapshot().every(isFinished) || this.isImporting,
    );
  }

  get isImporting(): boolean {
    return this.#import?.isRunning ?? false;
  }

  /** Takes files in, folders and all. Answers how many could be used at all, and how many not be read. */
  async add(dropped: Dropped, album: IntoAlbum | null): Promise<Added> {
    const found = await collectFiles(dropped);
    if (found.files.some(isOfExport)) {
      const files = found.files.map((file) => ({ file, path: pathOf(file, found.paths) }));
      return { files: files.length, unreadable: found.unreadable, export: files };
    }
    const { chosen, unreadable } = await withTypes(found.files);
    this.queue.add(chosen, album);
    this.#writeNote();
    await this.#note.takeOver(chosen.map(({ file }) => file));
    return { files: chosen.length, unreadable: found.unreadable + unreadable, export: null };
  }

  /** Reads an export and plans its import. One is done after another. */
  async startImport(
    dropped: readonly DroppedFile[],
    album: IntoAlbum | null,
  ): Promise<TakeoutImport> {
    const { client, userId, limits } = this.#parts;
    const { ImportApi, TakeoutImport } = await import("./takeout");
    this.#import?.close();
    const { signal } = this.#closed;
    const api = new ImportApi(client, whilePresent(this.#presence), signal);
    const { queue } = this;
    const started = new TakeoutImport({ dropped, userId, limits, queue, album, api, signal });
    started.subscribe(this.#onChange);
    this.#import = started;
    await this.#note.takeOver(started.files);
    return started;
  }

  close(): void {
    window.removeEventListener("beforeunload", warn);
    this.#letGo();
    this.#closed.abort();
    this.queue.close();
    this.#landing.close();
    this.#note.close();
    if (this.#noting !== null) clearTimeout(this.#noting);
  }

  readonly #onChange = (): void => {
    // Only while it is true: a page that listens cannot be kept for the browser's back button.
    const isSending = this.queue.snapshot().some(isUnsent) || this.isImporting;
    if (isSending) {
      window.addEventListener("beforeunload", warn);
      this.#noting ??= setTimeout(() => this.#writeNote(), NOTE_EVERY_MS);
    } else {
      window.removeEventListener("beforeunload", warn);
      // At once: a page that is left now must not be told of files that have arrived.
      this.#writeNote();
    }
  };

  #writeNote(): void {
    if (this.#noting !== null) clearTimeout(this.#noting);
    this.#noting = null;
    const unsent = this.queue
      .snapshot()
      .filter((upload) => isUnsent(upload) && !isDeferred(upload.file))
      .map(({ name, file }) => ({ name, size: file.size }));
    // Of an import, what was dropped: the rest is in it.
    this.#note.write([...(this.isImporting ? (this.#import?.files ?? []) : []), ...unsent]);
  }
}

/** A zip, or a folder with sidecars: what is to become of it is planned first. */
const isOfExport = ({ name }: File): boolean => /\.(?:zip|json)$/i.test(name);

const pathOf = (file: File, paths: ReadonlyMap<File, string>): string =>
  (paths.get(file) ?? (file.webkitRelativePath || file.name)).replace(/^\//, "");

const warn = (event: BeforeUnloadEvent): void => {
  event.preventDefault();
};
