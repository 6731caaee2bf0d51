/** An import of an export, from reading it to taking it back: its state, for whoever shows it, and what drives it. */
import { ApiProblem } from "@/api";

import type { Chosen, UploadQueue } from "../queue/queue";
import type { IntoAlbum, Phase } from "../queue/upload-state";
import type { Limits } from "../queue/validate-file";
import { Applier, digestOfFacts, type Landed } from "./apply";
import { zoneOf } from "./clocks";
import { groupBy } from "./group-by";
import type { ImportApi } from "./import-api";
import { isWithin, Journal } from "./journal";
import { makePlan, type Plan, type PlannedPicture, type Reason } from "./plan";
import { leftOf } from "./plan-summary";
import { openSource, isZip, type DroppedFile, type ReadProgress } from "./read";
import { readInWorker } from "./read-in-worker";
import type { Choices, Row } from "./rows";
import { takenHint } from "./taken-hint";
import { undoImport, type Undone } from "./undo";

/** What an earlier import of the same files did. */
export type Earlier = { begun: number; isDone: boolean; added: number };

export type Report = {
  /** Pictures that were not in the library before. */
  added: number;
  already: number;
  albums: number;
  failed: { name: string; reason: string }[];
  cancelled: number;
  /** What could not be said of pictures that are there. */
  problems: string[];
  /** What the plan left, and why. */
  left: [Reason, number][];
  /** Why it ended before everything was said; null: it did not. */
  endedBy: string | null;
};

export type ImportState =
  | { stage: "reading"; progress: ReadProgress | null }
  | { stage: "unreadable"; reason: string }
  | {
      stage: "plan";
      rows: readonly Row[];
      plan: Plan;
      /** Of the library's albums. */
      titles: readonly string[];
      choices: Choices;
      earlier: Earlier | null;
    }
  | { stage: "running" }
  | { stage: "done"; report: Report }
  | { stage: "undoing" }
  | { stage: "undone"; undone: Undone };

type ImportParts = {
  dropped: readonly DroppedFile[];
  userId: string;
  limits: Limits;
  queue: UploadQueue;
  /** The one that is open: all goes into it as well. */
  album: IntoAlbum | null;
  api: ImportApi;
  /** Ends everything. */
  signal: AbortSignal;
  /** A stand-in for tests; a worker otherwise. */
  read?: typeof readInWorker;
};

type InLibrary = { id: string; state: string; isDeleted: boolean; createdAt: number };

/** Pictures about which everything is said at a time. */
const ROUND = 500;
/** What has landed is gathered for so long: many are said at once. */
const GATHER_MS = 2_000;
/** An undo waits so long for what is being processed. */
const PROCESSING_MS = 30_000;
const SETTLED = new Set(["ready", "damaged"]);
const UNSETTLED = new Set(["uploading", "processing"]);
const NO_CONNECTION =
  "The connection was lost. Drop the same files again to go on; nothing is added twice.";

export class TakeoutImport {
  readonly #parts: ImportParts;
  readonly #listeners = new Set<() => void>();
  /** How those that were to be sent ended, by SHA-256. */
  readonly #phases = new Map<string, Phase>();
  /** Those that have not ended yet. */
  readonly #open = new Set<string>();
  readonly #reading = new AbortController();
  #state: ImportState = { stage: "reading", progress: null };
  #rows: Row[] = [];
  #titles: string[] = [];
  #library = new Map<string, InLibrary>();
  #journal: Journal | null = null;
  #plan: Plan | null = null;
  #ready: Landed[] = [];
  /** In the library, and being read there. */
  #unread: Landed[] = [];
  /** Those that another upload of this page stands for, with its id. */
  readonly #twins = new Map<string, { picture: Landed; twinId: number }>();
  /** Their uploads, by SHA-256. */
  readonly #uploads = new Map<string, number>();
  #wake: (() => void) | null = null;
  #isLooping = false;
  #looping: Promise<void> | null = null;
  #isUndoing = false;

  constructor(parts: ImportParts) {
    this.#parts = parts;
    parts.signal.addEventListener("abort", () => this.close(), { once: true });
    void this.#read();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): ImportState => this.#state;

  get isRunning(): boolean {
    return this.#state.stage === "running" || this.#state.stage === "undoing";
  }

  /** The album that everything goes into as well. */
  get album(): IntoAlbum | null {
    return this.#parts.album;
  }

  /** Whether it has added anything that can be taken back. */
  get canUndo(): boolean {
    return this.#journal !== null && this.#journal.begun !== null;
  }

  /** What has to be dropped again to go on. */
  get files(): File[] {
    return this.#parts.dropped.map(({ file }) => file);
  }

  /** Plans anew, by other choices. */
  choose(choices: Partial<Choices>): void {
    if (this.#state.stage === "plan") this.#showPlan({ ...this.#state.choices, ...choices });
  }

  /** Begins to do what the plan says. */
  begin(): void {
    if (this.#state.stage !== "plan") return;
    const { plan, choices } = this.#state;
    this.#plan = plan;
    this.#set({ stage: "running" });
    void this.#run(plan, choices);
  }

  /** Takes back all that this import, or the earlier one of the same files, has added. */
  async undo(): Promise<void> {
    const journal = this.#journal;
    if (!journal) return;
    const before = this.#state;
    this.#isUndoing = true;
    this.#set({ stage: "undoing" });
    await this.#stopSending();
    try {
      this.#set({ stage: "undone", undone: await undoImport(this.#parts.api, journal) });
    } catch (error) {
      if (this.#parts.signal.aborted) return;
      const reason = reasonOf(error);
      this.#set(
        before.stage === "done"
          ? { stage: "done", report: { ...before.report, endedBy: reason } }
          : { stage: "unreadable", reason },
      );
    }
  }

  /** Cancels what is not sent yet; what is sent has to be in the library to be taken back. */
  async #stopSending(): Promise<void> {
    for (const id of this.#uploads.values()) this.#parts.queue.cancel(id);
    this.#wake?.();
    await this.#looping;
    const giveUpAt = Date.now() + PROCESSING_MS;
    while (this.#open.size > 0 && Date.now() < giveUpAt) {
      await new Promise((resolve) => setTimeout(resolve, GATHER_MS / 4));
    }
  }

  close(): void {
    this.#reading.abort();
    this.#journal?.close();
    this.#listeners.clear();
  }

  async #read(): Promise<void> {
    const { dropped, userId, api, limits, read = readInWorker } = this.#parts;
    const { signal } = this.#reading;
    try {
      const [rows, library, albums, journal] = await Promise.all([
        read(dropped, {
          maxBytes: limits.maxBytes,
          signal,
          onProgress: (progress) => this.#set({ stage: "reading", progress }),
        }),
        api.library(),
        api.albums(),
        Journal.open(userId, marksOf(dropped)),
      ]);
      signal.throwIfAborted();
      this.#rows = rows;
      this.#titles = albums.map(({ title }) => title);
      this.#journal = journal;
      for (const { sha256, ...image } of library) {
        const known = this.#library.get(sha256);
        if (image.state !== "rejected" && (!known || known.isDeleted)) {
          this.#library.set(sha256, image);
        }
      }
      this.#showPlan({
        zone: zoneOf(),
        trash: false,
        locked: false,
        people: false,
        restore: false,
        ownOnly: false,
      });
    } catch (error) {
      if (signal.aborted) return;
      this.#set({ stage: "unreadable", reason: reasonOf(error) });
    }
  }

  #showPlan(choices: Choices): void {
    const library = new Map(
      [...this.#library].map(([sha256, { isDeleted }]) => [
        sha256,
        isDeleted ? ("deleted" as const) : ("here" as const),
      ]),
    );
    const plan = makePlan({ rows: this.#rows, choices, limits: this.#parts.limits, library });
    const { begun = null, isDone = false, added = 0 } = this.#journal ?? {};
    const earlier = begun === null ? null : { begun, isDone, added };
    const titles = this.#titles;
    this.#set({ stage: "plan", rows: this.#rows, plan, titles, choices, earlier });
  }

  async #run(plan: Plan, choices: Choices): Promise<void> {
    const journal = this.#journal;
    if (!journal) return;
    await journal.settle(this.#library);
    const chosen = this.#sortPictures(plan, journal);
    const applier = new Applier({
      api: this.#parts.api,
      journal,
      albums: plan.albums,
      zone: choices.zone,
      open: this.#parts.album,
    });
    this.#resume = () => {
      this.#looping = this.#loop(applier, journal);
    };
    // Before anything is sent: a page that is closed cannot say any more what it added.
    await journal.noteSending(chosen.map(({ sha256 }) => sha256));
    await journal.setDone(false);
    const ids = this.#parts.queue.add(chosen);
    for (const [index, { sha256 }] of chosen.entries()) this.#uploads.set(sha256, ids[index] ?? -1);
    this.#resume();
  }

  #resume: () => void = () => undefined;

  /** What is to be sent; what the library has is ready to be spoken of. */
  #sortPictures(plan: Plan, journal: Journal) {
    const chosen: (Chosen & { sha256: string })[] = [];
    for (const [sha256, picture] of plan.pictures) {
      const noted = journal.pictures.get(sha256);
      const landed = { sha256, before: noted?.said ?? null, facts: picture.facts };
      const there = this.#library.get(sha256);
      if (picture.outcome === "upload") {
        // An earlier page may have sent it whole, and been closed before it learned that.
        const wasSent = noted?.isNew === null ? journal.sending : null;
        const onEnd = (phase: Phase) => {
          this.#phases.set(sha256, phase);
          this.#open.delete(sha256);
          this.#twins.delete(sha256);
          if (this.#isUndoing) return;
          if ("image" in phase && SETTLED.has(phase.image.state)) {
            // What was in Recently deleted goes back there when this is undone.
            const isSent = phase.name !== "already";
            const isNew =
              isSent || phase.restored || isWithin(wasSent, Date.parse(phase.image.created_at));
            this.#ready.push({ ...landed, imageId: phase.image.id, isNew, isSent });
          } else void journal.forgetPicture(sha256);
          if (phase.name === "duplicate") {
            const picture = { ...landed, imageId: "", isNew: false, isSent: false };
            this.#twins.set(sha256, { picture, twinId: phase.twinId });
          }
          this.#wake?.();
          if (!this.#isLooping) this.#resume();
        };
        this.#open.add(sha256);
        chosen.push({ ...this.#chosen(picture), sha256, onEnd });
      } else if (picture.outcome === "here" && there) {
        const isNew = journal.hasAdded(sha256, there.createdAt);
        const known = { ...landed, imageId: there.id, isNew, isSent: false };
        if (SETTLED.has(there.state)) this.#ready.push(known);
        else if (UNSETTLED.has(there.state)) this.#unread.push(known);
      }
    }
    this.#ready = this.#ready.filter(
      ({ before, facts }) =>
        this.#parts.album !== null || before === null || before !== digestOfFacts(facts),
    );
    return chosen;
  }

  #chosen({ row, facts }: PlannedPicture): Chosen {
    const { size, source, sha256, parts, type } = row;
    const { dropped } = this.#parts;
    const open = async () => new File([await openSource(source, size, dropped)], facts.name);
    const file = { size, takenHint: takenHint(facts.taken), hash: { sha256, parts }, open };
    return { file, name: facts.name, contentType: type };
  }

  async #loop(applier: Applier, journal: Journal): Promise<void> {
    if (this.#isLooping) return;
    this.#isLooping = true;
    let endedBy: string | null = null;
    try {
      while (!this.#isOver() || this.#ready.length > 0 || this.#unread.length > 0) {
        if (this.#isUndoing) return;
        await this.#pause();
        this.#parts.signal.throwIfAborted();
        await journal.noteStillSending();
        await this.#lookAtTwins();
        await this.#lookAtUnread();
        while (this.#ready.length > 0) await applier.say(this.#ready.splice(0, ROUND));
      }
    } catch (error) {
      if (this.#parts.signal.aborted) return;
      endedBy = reasonOf(error);
    } finally {
      this.#isLooping = false;
    }
    if (this.#isUndoing) return;
    const report = this.#report(applier, endedBy);
    const isWhole = report.failed.length === 0 && report.cancelled === 0 && endedBy === null;
    await journal.setDone(isWhole);
    this.#parts.api.refresh();
    this.#set({ stage: "done", report });
  }

  #isOver(): boolean {
    return this.#open.size === 0 && this.#twins.size === 0;
  }

  /** Until something has landed, and some more with it. */
  async #pause(): Promise<void> {
    if (this.#isOver() && this.#unread.length === 0) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, GATHER_MS);
      this.#wake = () => {
        if (this.#isOver() || this.#isUndoing) resolve();
      };
    });
    this.#wake = null;
  }

  /** What another upload brought, which is no part of this import, has the export's words too. */
  async #lookAtTwins(): Promise<void> {
    const { queue, api } = this.#parts;
    const untold = new Map<string, Landed>();
    for (const [sha256, { picture, twinId }] of this.#twins) {
      const own = queue.phaseOf(this.#uploads.get(sha256) ?? -1);
      const twin = queue.phaseOf(twinId);
      if (own && own.name !== "duplicate")
        this.#open.add(sha256); // the other one failed: it is sent itself
      else if (twin && "image" in twin) this.#ready.push({ ...picture, imageId: twin.image.id });
      else if (!twin || twin.name === "failed" || twin.name === "cancelled") {
        untold.set(sha256, picture);
      } else continue;
      this.#twins.delete(sha256);
    }
    if (untold.size === 0) return;
    // Both are off the list, which a person has cleared.
    for (const { sha256, id, state, isDeleted } of await api.library()) {
      const picture = untold.get(sha256);
      if (!picture || isDeleted) continue;
      (SETTLED.has(state) ? this.#ready : this.#unread).push({ ...picture, imageId: id });
      untold.delete(sha256);
    }
    for (const sha256 of untold.keys()) this.#phases.set(sha256, { name: "cancelled" });
  }

  async #lookAtUnread(): Promise<void> {
    if (this.#unread.length === 0) return;
    const images = await this.#parts.api.images(this.#unread.map(({ imageId }) => imageId));
    const states = new Map(images.map(({ id, state }) => [id, state]));
    const waiting: Landed[] = [];
    for (const picture of this.#unread) {
      const state = states.get(picture.imageId) ?? "gone";
      if (UNSETTLED.has(state)) waiting.push(picture);
      else if (SETTLED.has(state)) this.#ready.push(picture);
    }
    this.#unread = waiting;
  }

  #report({ problems }: Applier, endedBy: string | null): Report {
    const failed: Report["failed"] = [];
    let added = 0;
    let cancelled = 0;
    let already = 0;
    const pictures = this.#plan?.pictures ?? new Map<string, PlannedPicture>();
    for (const [sha256, { outcome, facts }] of pictures) {
      const phase = this.#phases.get(sha256);
      const isThere = phase?.name === "duplicate" || (phase?.name === "already" && !phase.restored);
      if (outcome === "here" || isThere) already += 1;
      else if (phase?.name === "failed") {
        failed.push({ name: facts.name, reason: phase.failure.reason });
      } else if (phase?.name === "cancelled") cancelled += 1;
      else if (phase) added += 1;
    }
    const albums = new Set([...pictures.values()].flatMap(({ facts }) => facts.albums)).size;
    const left = this.#plan ? leftOf(this.#plan) : [];
    return { added, already, albums, failed, cancelled, problems: [...problems], left, endedBy };
  }

  #set(state: ImportState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof ApiProblem ? error.detail : NO_CONNECTION;

/** What tells one import from another: its zips, the folders that were dropped, and what was dropped alone. */
export const marksOf = (dropped: readonly DroppedFile[]): string[] => {
  const isInFolder = ({ file, path }: DroppedFile) => !isZip(file.name) && path.includes("/");
  const alone = dropped.filter((each) => !isInFolder(each));
  const folders = groupBy(dropped.filter(isInFolder), ({ path }) => path.split("/")[0]);
  return [
    // A zip that is downloaded again is the same, and has another date.
    ...alone.map(({ file: { name, size, lastModified } }) =>
      isZip(name) ? `${name} ${size}` : `${name} ${size} ${lastModified}`,
    ),
    ...[...folders].map(([name, files]) => {
      const size = files.reduce((sum, { file }) => sum + file.size, 0);
      return `${name ?? ""}/ ${files.length} ${size}`;
    }),
  ];
};
