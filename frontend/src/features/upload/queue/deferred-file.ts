/** A file that is opened when its turn comes, such as one in a zip; its hash is known before. */
import { UnreadableFileError } from "./errors";
import type { FileHash } from "./file-hash";

export type DeferredFile = {
  size: number;
  /** What dates the picture where it says nothing itself: a wall clock, "2026-05-03T14:05:00". */
  takenHint: string | null;
  hash: FileHash;
  open: () => Promise<File>;
};

export const isDeferred = (file: File | DeferredFile): file is DeferredFile => "open" in file;

/** @throws UnreadableFileError */
export const openFile = async (file: File | DeferredFile): Promise<File> => {
  if (!isDeferred(file)) return file;
  try {
    return await file.open();
  } catch {
    throw new UnreadableFileError();
  }
};
