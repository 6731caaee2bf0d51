/** State of one file in the queue. */
import type { Image } from "@/api";

import type { DeferredFile } from "./deferred-file";
import type { Interruption } from "./retry";

/** Why a file stopped, in words for the person, and whether trying again can help. */
export type Failure = {
  reason: string;
  advice: string | null;
  retry: boolean;
};

export type Phase =
  | { name: "waiting" }
  | { name: "hashing" }
  /** Known to the server or about to be; waits for a free line. */
  | { name: "queued" }
  | { name: "sending"; sent: number }
  /** Nothing is lost: it goes on by itself, after the back-off, or once the machine is online or the person is back. */
  | { name: "interrupted"; sent: number; cause: Interruption }
  /** `slow`: longer than is usual. */
  | { name: "processing"; imageId: string; slow: boolean }
  | { name: "ready"; image: Image }
  | { name: "damaged"; image: Image; reason: string }
  | { name: "already"; image: Image; restored: boolean }
  /** The same bytes as another file of this upload. */
  | { name: "duplicate"; of: string; twinId: number }
  | { name: "failed"; failure: Failure }
  | { name: "cancelled" };

/** Where files are uploaded into, beside the timeline. */
export type IntoAlbum = { id: string; title: string };

export type Upload = {
  readonly id: number;
  readonly file: File | DeferredFile;
  readonly name: string;
  readonly contentType: string;
  /** Null: into none. */
  readonly album: IntoAlbum | null;
  readonly phase: Phase;
  /** Bytes that storage had of it before this page sent any: a big file goes on where it was. */
  readonly kept: number;
};

const UNSENT: ReadonlySet<Phase["name"]> = new Set([
  "waiting",
  "hashing",
  "queued",
  "sending",
  "interrupted",
]);

/** Still has bytes that exist nowhere but on this machine: closing the page now would lose them. */
export const isUnsent = ({ phase }: Upload): boolean => UNSENT.has(phase.name);

export const isFinished = (upload: Upload): boolean =>
  !isUnsent(upload) && upload.phase.name !== "processing";

export const canRetry = ({ phase }: Upload): boolean =>
  phase.name === "cancelled" || (phase.name === "failed" && phase.failure.retry);
