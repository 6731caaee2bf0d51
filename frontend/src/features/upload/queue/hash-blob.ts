/** Hashing bytes by the browser, which holds what it hashes in memory: all of a small file, one part of a big one. */
import type { FileHash } from "./file-hash";
import { Sha256 } from "./sha256";

export const hashBlob = async (blob: Blob): Promise<string> =>
  digest(new Uint8Array(await blob.arrayBuffer()));

/** Reads the file once: each part is hashed by the browser, and all of them together as they come by. */
export const hashInParts = async (file: Blob, partSize: number): Promise<FileHash> => {
  const whole = new Sha256();
  const sha256: string[] = [];
  for (let at = 0; at < file.size; at += partSize) {
    const bytes = new Uint8Array(await file.slice(at, at + partSize).arrayBuffer());
    // Begins on another thread, while this one works through the same bytes.
    const part = digest(bytes);
    whole.update(bytes);
    sha256.push(await part);
  }
  return { sha256: whole.digest(), parts: { size: partSize, sha256 } };
};

/** Of bytes that are in memory. */
export const digest = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
};
