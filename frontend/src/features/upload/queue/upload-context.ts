/** What it takes to carry one file: the file, the tools that all files share, and whom to tell. */
import type { FileHash } from "./file-hash";
import type { Watch } from "./processing-poller";
import type { put } from "./put";
import type { Lane } from "./semaphore";
import type { UploadServer } from "./upload-api";
import type { Phase, Upload } from "./upload-state";
import type { PlaceDesk } from "./upload-url-batcher";

export type CarryTools = {
  desk: PlaceDesk;
  watch: Watch;
  hash: (file: File) => Promise<FileHash>;
  put: typeof put;
  complete: UploadServer["complete"];
  lanes: {
    /** Files between the start of hashing and the end of sending. See [Note: Not too far ahead]. */
    ahead: Lane;
    /** The same for big ones, which would fill that lane for long. */
    big: Lane;
    hashing: Lane;
    sending: Lane;
    parts: Lane;
  };
  /** Tells that this upload now stands for those bytes, or which other upload already does. */
  claim: (sha256: string) => Upload | null;
  /** Told of a place that was promised, and that it must be given back if the upload is cancelled. */
  onPlace: (imageId: string) => void;
  /** Told how many bytes storage has of it, from an earlier try. */
  onKept: (bytes: number) => void;
};

export type Carried = {
  upload: Upload;
  tools: CarryTools;
  signal: AbortSignal;
  report: (phase: Phase) => void;
};

/*
 * [Note: Not too far ahead]
 * A promised place lives five minutes, so only as many files are hashed and given places as the line will
 * carry soon: 48 files or 100 MB, whichever is less. A place that still got too old while it waited is asked
 * for again; the server answers with the same image.
 */
