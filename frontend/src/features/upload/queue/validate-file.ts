/** Finds files that the server would reject, before they are sent. */
import { formatNumber } from "@/locale";

import { namesOf } from "./content-types";
import type { Failure } from "./upload-state";

export type Limits = { maxBytes: number; contentTypes: readonly string[] };

export const validateFile = (
  { file, contentType }: { file: { size: number }; contentType: string },
  { maxBytes, contentTypes }: Limits,
): Failure | null => {
  if (!contentTypes.includes(contentType)) {
    return never("This file type is not supported.", `Choose ${namesOf(contentTypes)} files.`);
  }
  if (file.size === 0)
    return never("The file is empty.", "It may still be downloading or copying.");
  if (file.size > maxBytes) {
    return never(
      `The file is larger than ${megabytes(maxBytes)}.`,
      "Save a smaller copy of it and choose that.",
    );
  }
  return null;
};

const never = (reason: string, advice: string): Failure => ({ reason, advice, retry: false });

const megabytes = (bytes: number): string => `${formatNumber(Math.floor(bytes / 1024 / 1024))} MB`;
