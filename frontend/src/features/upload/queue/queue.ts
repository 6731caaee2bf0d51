/** All files of this page's uploads, and what a person may do with them: add, cancel, try again, clear away. */
import type { Image } from "@/api";

import type { DeferredFile } from "./deferred-file";
import type { FileHash } from "./file-hash";
import { HashWorkerClient } from "./hash-worker-client";
import { ProcessingPoller } from "./processing-poller";
import { put } from "./put";
import { runUpload } from "./run-upload";
import { Semaphore } from "./semaphore";
import type { UploadApi } from "./upload-api";
import type { UploadContext } from "./upload-context";
import {
  canRetry,
  isFinished,
  isUnsent,
  type IntoAlbum,
  type Phase,
  type Upload,
} from "./upload-state";
import { UploadUrlBatcher } from "./upload-url-batcher";
import { validateFile, type Limits } from "./validate-file";

export type Chosen = {
  file: File | DeferredFile;
  name: string;
  contentType: string;
  /** Told in which phase it ended; again, where it is tried again. */
  onEnd?: (phase: Phase) => void;
};

type QueueParts = {
  server: UploadApi;
  limits: Limits;
  /** Called for each picture that has come into the library, and perhaps into an album. */
  onLanded: (image: Image, album: IntoAlbum | null) => void;
  /** How long an address may wait for its turn; the server keeps one's own for five minutes. */
  placeLifeMs?: number;
  /** Stand-ins for tests; a worker and XMLHttpRequest otherwise. */
  hash?: (file: File) => Promise<FileHash>;
  put?: UploadContext["put"];
};

type Voyage = { controller: AbortController; imageId: string | null; claim: string | null };

const MB = 1024 * 1024;
/** How often listeners are told: as often as an eye can follow, however fast progress comes in. */
const TELL_EVERY_MS = 100;

export class UploadQueue {
  readonly #parts: QueueParts;
  readonly #hasher = new HashWorkerClient();
  readonly #closed = new AbortController();
  readonly #tools: Omit<UploadContext, "claim" | "onPlace" | "onKept">;
  readonly #uploads = new Map<number, Upload>();
  readonly #voyages = new Map<number, Voyage>();
  readonly #claims = new Map<string, number>();
  readonly #onEnd = new Map<number, (phase: Phase) => void>();
  readonly #listeners = new Set<() => void>();
  #snapshot: readonly Upload[] = [];
  #telling: ReturnType<typeof setTimeout> | null = null;
  #lastId = 0;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    this.#tools = {
      desk: new UploadUrlBatcher(parts.server),
      watch: new ProcessingPoller(parts.server, this.#closed.signal),
      hash: parts.hash ?? ((file) => this.#hasher.hash(file)),
      put: parts.put ?? put,
      complete: (imageId) => parts.server.complete(imageId),
      placeLifeMs: parts.placeLifeMs ?? 4 * 60_000,
      lanes: {
        ahead: new Semaphore({ places: 48, weight: 100 * MB }),
        big: new Semaphore({ places: 2 }),
        hashing: new Semaphore({ places: 2 }),
        sending: new Semaphore({ places: 4 }),
        // One fewer than that. See [Note: Big and small].
        parts: new Semaphore({ places: 3 }),
      },
    };
  }

  /** Answers their ids. */
  add(chosen: readonly Chosen[], album: IntoAlbum | null = null): number[] {
    const ids: number[] = [];
    for (const { file, name, contentType, onEnd } of chosen) {
      this.#lastId += 1;
      const failure = validateFile({ file, contentType }, this.#parts.limits);
      const phase: Phase = failure ? { name: "failed", failure } : { name: "waiting" };
      const upload: Upload = { id: this.#lastId, file, name, contentType, album, phase, kept: 0 };
      this.#uploads.set(upload.id, upload);
      ids.push(upload.id);
      if (onEnd) this.#onEnd.set(upload.id, onEnd);
      if (failure) onEnd?.(phase);
      if (!failure) void this.#carry(upload);
    }
    this.#tellNow();
    return ids;
  }

  /** Stops one that is not sent yet; its place is given back. What is sent already stays. */
  cancel(id: number): void {
    const upload = this.#uploads.get(id);
    if (upload && isUnsent(upload)) this.#cancel(upload);
    this.#tellNow();
  }

  cancelAll(): void {
    for (const upload of this.#uploads.values()) if (isUnsent(upload)) this.#cancel(upload);
    this.#tellNow();
  }

  retry(id: number): void {
    const upload = this.#uploads.get(id);
    if (upload && canRetry(upload)) void this.#carry(upload);
    this.#tellNow();
  }

  /** Those that failed; not those that the person cancelled. */
  retryFailed(): void {
    for (const upload of this.#uploads.values()) {
      if (upload.phase.name === "failed" && upload.phase.failure.retry) void this.#carry(upload);
    }
    this.#tellNow();
  }

  /** Takes all that is over off the list. */
  clearFinished(): void {
    for (const upload of this.#uploads.values()) if (isFinished(upload)) this.#forget(upload.id);
    this.#tellNow();
  }

  /** Stops everything and keeps the promised places: dropping the same files again goes on from there. */
  close(): void {
    this.#closed.abort();
    for (const { controller } of this.#voyages.values()) controller.abort();
    this.#voyages.clear();
    this.#hasher.close();
    this.#listeners.clear();
    if (this.#telling !== null) clearTimeout(this.#telling);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** As it is at this moment, which a snapshot may not be; undefined: it is off the list. */
  phaseOf(id: number): Phase | undefined {
    return this.#uploads.get(id)?.phase;
  }

  readonly snapshot = (): readonly Upload[] => this.#snapshot;

  async #carry(upload: Upload): Promise<void> {
    const voyage: Voyage = { controller: new AbortController(), imageId: null, claim: null };
    this.#voyages.set(upload.id, voyage);
    this.#change(upload.id, { phase: { name: "waiting" }, kept: 0 });
    const { signal } = voyage.controller;
    const report = (phase: Phase) => {
      if (!signal.aborted) this.#report(upload.id, phase);
    };
    const tools: UploadContext = {
      ...this.#tools,
      // Of what was uploaded into the timeline an album still has to be told.
      claim: (sha256) => this.#claim(`${sha256} ${upload.album?.id ?? ""}`, upload.id, voyage),
      onPlace: (imageId) => {
        voyage.imageId = imageId;
        if (signal.aborted) this.#giveBack(voyage);
      },
      onKept: (kept) => {
        this.#change(upload.id, { kept });
      },
    };
    try {
      this.#finish(upload.id, await runUpload({ upload, tools, signal, report }));
    } catch {
      // Aborted: #cancel or close() has said all there is to say.
    }
  }

  #finish(id: number, phase: Phase): void {
    this.#report(id, phase);
    const album = this.#uploads.get(id)?.album ?? null;
    const voyage = this.#voyages.get(id);
    this.#voyages.delete(id);
    if (voyage) this.#release(id, voyage, { landed: phase.name !== "failed" });
    if (phase.name === "ready" || phase.name === "damaged" || phase.name === "already") {
      this.#parts.onLanded(phase.image, album);
    }
    this.#onEnd.get(id)?.(phase);
  }

  #forget(id: number): void {
    this.#uploads.delete(id);
    this.#onEnd.delete(id);
  }

  #cancel(upload: Upload): void {
    const voyage = this.#voyages.get(upload.id);
    this.#report(upload.id, { name: "cancelled" });
    this.#onEnd.get(upload.id)?.({ name: "cancelled" });
    if (!voyage) return;
    this.#voyages.delete(upload.id);
    voyage.controller.abort(new DOMException("Cancelled", "AbortError"));
    this.#giveBack(voyage);
    this.#release(upload.id, voyage, { landed: false });
  }

  #giveBack({ imageId }: Voyage): void {
    if (imageId === null || this.#closed.signal.aborted) return;
    // Not vital: an unfinished upload is swept away by the server after a while.
    this.#parts.server.forget(imageId).catch(() => undefined);
  }

  /** Answers the other upload that stands for these bytes already, or null and this one now does. */
  #claim(claim: string, id: number, voyage: Voyage): Upload | null {
    const holder = this.#claims.get(claim);
    const other = holder === undefined ? undefined : this.#uploads.get(holder);
    if (other) return other;
    this.#claims.set(claim, id);
    voyage.claim = claim;
    return null;
  }

  /** What did not land leaves its bytes to a twin that stood back for it. */
  #release(id: number, { claim }: Voyage, { landed }: { landed: boolean }): void {
    if (claim !== null) this.#claims.delete(claim);
    if (landed) return;
    for (const twin of this.#uploads.values()) {
      if (twin.phase.name === "duplicate" && twin.phase.twinId === id) void this.#carry(twin);
    }
  }

  #report(id: number, phase: Phase): void {
    this.#change(id, { phase });
  }

  #change(id: number, news: Partial<Pick<Upload, "phase" | "kept">>): void {
    const upload = this.#uploads.get(id);
    if (!upload) return;
    this.#uploads.set(id, { ...upload, ...news });
    this.#telling ??= setTimeout(() => this.#tellNow(), TELL_EVERY_MS);
  }

  #tellNow(): void {
    if (this.#telling !== null) clearTimeout(this.#telling);
    this.#telling = null;
    this.#snapshot = [...this.#uploads.values()];
    for (const listener of this.#listeners) listener();
  }
}
