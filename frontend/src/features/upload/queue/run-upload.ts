/** One file's way from the disk into the library: hash, ask for a place, send, wait for the decoder. */
import type { Image } from "@/api";

import { isDeferred } from "./deferred-file";
import { failureOf, GONE, lasting } from "./failure-messages";
import { isBig, type FileHash } from "./file-hash";
import { persistently } from "./retry";
import type { PlaceAnswer } from "./upload-api";
import type { RunningUpload } from "./upload-context";
import { uploadFile, type SendAnswer } from "./upload-file";
import type { Phase, Upload } from "./upload-state";

const SLOW_AFTER_MS = 60_000;

/** Ends in the phase that is returned; throws only what the signal was aborted with. */
export const runUpload = async (carried: RunningUpload): Promise<Phase> => {
  try {
    const answer = await hashAndSend(carried);
    switch (answer.status) {
      case "sent":
        return await waitForProcessing(answer.imageId, carried);
      case "exists":
        return await meetExisting(answer, carried);
      case "refused":
        return { name: "failed", failure: lasting(answer.detail) };
      case "duplicate":
        return { name: "duplicate", of: answer.twin.name, twinId: answer.twin.id };
    }
  } catch (error) {
    carried.signal.throwIfAborted();
    return { name: "failed", failure: failureOf(error) };
  }
};

const hashAndSend = async (
  carried: RunningUpload,
): Promise<SendAnswer | { status: "duplicate"; twin: Upload }> => {
  const { upload, tools, signal, report } = carried;
  const { size } = upload.file;
  const lane = isBig(size) ? tools.lanes.big : tools.lanes.ahead;
  const leave = await lane.enter(signal, { weight: size });
  try {
    const hashed = await hash(carried);
    const twin = tools.claim(hashed.sha256);
    if (twin) return { status: "duplicate", twin };
    report({ name: "queued" });
    return await uploadFile(hashed, carried);
  } finally {
    leave();
  }
};

const hash = async ({ upload, tools, signal, report }: RunningUpload): Promise<FileHash> => {
  const { file } = upload;
  if (isDeferred(file)) return file.hash;
  const leave = await tools.lanes.hashing.enter(signal);
  try {
    const attempt = () => {
      report({ name: "hashing" });
      return tools.hash(file);
    };
    // The first file brings the hasher's script over the network.
    const hashed = await persistently(attempt, {
      signal,
      onInterrupted: (cause) => {
        report({ name: "interrupted", sent: 0, cause });
      },
    });
    signal.throwIfAborted();
    return hashed;
  } finally {
    leave();
  }
};

/** The library has these bytes; perhaps another tab brought them in just now. */
const meetExisting = async (
  { image, restored }: Extract<PlaceAnswer, { status: "exists" }>,
  carried: RunningUpload,
): Promise<Phase> => {
  if (image.state === "ready" || image.state === "damaged")
    return { name: "already", image, restored };
  const phase = await waitForProcessing(image.id, carried);
  return "image" in phase ? { name: "already", image: phase.image, restored } : phase;
};

const waitForProcessing = async (
  imageId: string,
  { tools, report, signal }: RunningUpload,
): Promise<Phase> => {
  report({ name: "processing", imageId, slow: false });
  const tooLong = setTimeout(() => {
    report({ name: "processing", imageId, slow: true });
  }, SLOW_AFTER_MS);
  try {
    const image = await tools.watch.untilProcessed(imageId);
    signal.throwIfAborted();
    return image ? processed(image) : { name: "failed", failure: GONE };
  } finally {
    clearTimeout(tooLong);
  }
};

const processed = (image: Image): Phase => {
  const reason = image.failure?.detail ?? "It could not be opened.";
  if (image.state === "damaged") return { name: "damaged", image, reason };
  if (image.state === "rejected") return { name: "failed", failure: lasting(reason) };
  return { name: "ready", image };
};
