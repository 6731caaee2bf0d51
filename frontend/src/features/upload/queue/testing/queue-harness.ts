/** For tests: a queue between a stand-in server and a stand-in storage, in time that the test moves on. */
import { vi } from "vitest";

import type { Image } from "@/api";

import type { FileHash } from "../file-hash";
import { UploadQueue } from "../queue";
import type { IntoAlbum, Phase } from "../upload-state";
import { StandInServer, StandInStorage, standInHash } from "./fakes";

export const MB = 1024 * 1024;

export class QueueUnderTest {
  readonly server: StandInServer;
  readonly storage: StandInStorage;
  readonly landed: Image[] = [];
  readonly landedIn: string[] = [];
  hash: (file: File) => Promise<FileHash> = standInHash;
  readonly queue: UploadQueue;

  constructor({ maxBytes = MB, server = new StandInServer() } = {}) {
    this.server = server;
    this.storage = new StandInStorage(server);
    this.queue = new UploadQueue({
      server: this.server,
      put: this.storage.put,
      hash: (file) => this.hash(file),
      limits: { maxBytes, contentTypes: ["image/jpeg", "image/png"] },
      onLanded: (picture, album) => {
        this.landed.push(picture);
        if (album) this.landedIn.push(album.title);
      },
    });
  }

  add(...files: File[]): void {
    this.addInto(null, ...files);
  }

  addInto(album: IntoAlbum | null, ...files: File[]): void {
    const chosen = files.map((file) => ({ file, name: file.name, contentType: file.type }));
    this.queue.add(chosen, album);
  }

  get phases(): Phase[] {
    return this.queue.snapshot().map(({ phase }) => phase);
  }

  get names(): string[] {
    return this.phases.map(({ name }) => name);
  }
}

export const wait = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
};
