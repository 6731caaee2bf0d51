/** Everything behind an upload, loaded when the first file is chosen: the queue and what surrounds it. */
import type { QueryClient } from "@tanstack/react-query";

import { endSession, holdPerson, isPresent, untilSignedInAgain } from "@/api";

import { BatchedCacheWriter } from "./batched-cache-writer";
import { collectFiles, withTypes, type Dropped } from "./collect-files";
import { httpUploadApi } from "./http-upload-api";
import { UploadQueue } from "./queue/queue";
import { isFinished, isUnsent, type IntoAlbum } from "./queue/upload-state";
import type { Limits } from "./queue/validate-file";
import { UnfinishedNote } from "./unfinished-storage";

export { UploadPanel } from "./panel/UploadPanel";

type UploadsParts = { client: QueryClient; userId: string; limits: Limits };

const NOTE_EVERY_MS = 2_000;

export class UploadManager {
  readonly queue: UploadQueue;
  readonly #landing: BatchedCacheWriter;
  readonly #note: UnfinishedNote;
  readonly #letGo: () => void;
  #noting: ReturnType<typeof setTimeout> | null = null;

  constructor({ client, userId, limits }: UploadsParts) {
    this.#landing = new BatchedCacheWriter(client);
    this.#note = new UnfinishedNote(userId);
    this.queue = new UploadQueue({
      server: httpUploadApi(client, {
        isPresent: () => isPresent(client, userId),
        onEnded: () => endSession(client),
        untilBack: () => untilSignedInAgain(client),
      }),
      limits,
      onLanded: this.#landing.add,
    });
    this.queue.subscribe(this.#onChange);
    // Also for what is sent and being prepared: its rows would go before they say how it ended.
    this.#letGo = holdPerson(client, () => !this.queue.snapshot().every(isFinished));
  }

  /** Takes files in, folders and all. Answers how many could be used at all, and how many not be read. */
  async add(
    dropped: Dropped,
    album: IntoAlbum | null,
  ): Promise<{ files: number; unreadable: number }> {
    const found = await collectFiles(dropped);
    const { chosen, unreadable } = await withTypes(found.files);
    this.queue.add(chosen, album);
    this.#writeNote();
    await this.#note.takeOver(chosen.map(({ file }) => file));
    return { files: chosen.length, unreadable: found.unreadable + unreadable };
  }

  close(): void {
    window.removeEventListener("beforeunload", warn);
    this.#letGo();
    this.queue.close();
    this.#landing.close();
    this.#note.close();
    if (this.#noting !== null) clearTimeout(this.#noting);
  }

  readonly #onChange = (): void => {
    // Only while it is true: a page that listens cannot be kept for the browser's back button.
    const isSending = this.queue.snapshot().some(isUnsent);
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
    const unsent = this.queue.snapshot().filter(isUnsent);
    this.#note.write(unsent.map(({ name, file }) => ({ name, size: file.size })));
  }
}

const warn = (event: BeforeUnloadEvent): void => {
  event.preventDefault();
};
