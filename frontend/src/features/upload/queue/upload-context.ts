/** Context of one upload: the file, the shared tools, and the listeners. */
import type { FileHash } from "./file-hash";
import type { ProcessingPoller } from "./processing-poller";
import type { put } from "./put";
import type { Semaphore } from "./semaphore";
import type { UploadApi } from "./upload-api";
import type { Phase, Upload } from "./upload-state";
import type { UploadUrlBatcher } from "./upload-url-batcher";

export type UploadContext = {
  desk: UploadUrlBatcher;
  watch: ProcessingPoller;
  hash: (file: File) => Promise<FileHash>;
  put: typeof put;
  complete: UploadApi["complete"];
  /** A place that waited this long for its turn is asked for anew. */
  placeLifeMs: number;
  lanes: {
    /** Files between the start of hashing and the end of sending. See [Note: Not too far ahead]. */
    ahead: Semaphore;
    /** The same for big ones, which would fill that lane for long. */
    big: Semaphore;
    hashing: Semaphore;
    sending: Semaphore;
    parts: Semaphore;
  };
  /** Tells that this upload now stands for those bytes, or which other upload already does. */
  claim: (sha256: string) => Upload | null;
  /** Told of a place that was promised, and that it must be given back if the upload is cancelled. */
  onPlace: (imageId: string) => void;
  /** Told how many bytes storage has of it, from an earlier try. */
  onKept: (bytes: number) => void;
};

export type RunningUpload = {
  upload: Upload;
  tools: UploadContext;
  signal: AbortSignal;
  report: (phase: Phase) => void;
};

/*
 * [Note: Not too far ahead]
 * A promised place lives five minutes, so only as many files are hashed and given places as the line will
 * carry soon: 48 files or 100 MB, whichever is less. A place that still got too old while it waited is asked
 * for again; the server answers with the same image.
 */
