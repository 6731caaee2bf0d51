/** What was read of an export: a row for each file. */
import type { Packed } from "./zip-directory";
import type { Zone } from "./clocks";
import type { Parts } from "../queue/file-hash";
import type { Own } from "./exif";
import type { Said } from "./sidecar";

/** Where the bytes of a file are: one of the files that were dropped, or a place in one that is a zip. */
export type Source = { file: number; at: Packed | null };

type File = {
  id: number;
  /** The zip's name, or "" of a file by itself. */
  container: string;
  path: string;
  name: string;
  size: number;
  /** Of its last change, as a wall clock. */
  modified: number | null;
  source: Source;
};

export type MediaRow = File & {
  kind: "media";
  /** By its bytes; empty: neither picture nor video. */
  type: string;
  sha256: string;
  /** Of a file that is sent in parts. */
  parts: Parts | null;
  own: Own;
};
export type SidecarRow = File & { kind: "json"; said: Said | null };
/** What is not read: of another kind, or broken. */
export type OtherRow = File & { kind: "other"; role: "sidecar" | "other"; problem: string | null };

export type Row = MediaRow | SidecarRow | OtherRow;

/** What a person may choose of an import. */
export type Choices = {
  /** Shows times that are known in UTC only. */
  zone: Zone;
  /** Takes pictures that are in the trash there. */
  trash: boolean;
  /** Takes pictures of the locked folder, into the archive. */
  locked: boolean;
  /** Names of people become tags. */
  people: boolean;
  /** Takes pictures out of Recently deleted that are in it on the site. */
  restore: boolean;
  /** Leaves out what partners or others shared. */
  ownOnly: boolean;
};
