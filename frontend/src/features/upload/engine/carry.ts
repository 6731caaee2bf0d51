/** One file's way from the disk into the library: hash, ask for a place, send, wait for the darkroom. */
import type { Image } from "@/api";
import type { Lane } from "./lane";
import type { PlaceDesk } from "./place-desk";
import type { put } from "./put";
import { persistently } from "./retries";
import type { PlaceAnswer } from "./server";
import { LastingTrouble, PassingTrouble } from "./troubles";
import type { Failure, Phase, Upload } from "./upload";
import type { Watch } from "./watch";

export type CarryTools = {
  desk: PlaceDesk;
  watch: Watch;
  hash: (file: File) => Promise<string>;
  put: typeof put;
  lanes: {
    /** Files between the start of hashing and the end of sending. See [Note: Not too far ahead]. */
    ahead: Lane;
    hashing: Lane;
    sending: Lane;
  };
  /** Tells that this upload now stands for those bytes, or which other upload already does. */
  claim: (sha256: string) => Upload | null;
  /** Told of a place that was promised, and that it must be given back if the upload is cancelled. */
  onPlace: (imageId: string) => void;
};

type Carried = {
  upload: Upload;
  tools: CarryTools;
  signal: AbortSignal;
  report: (phase: Phase) => void;
};

/** The server keeps a place for five minutes; one that waited this long for its turn is asked for anew. */
const PLACE_LIFE_MS = 4 * 60_000;
const RENEWALS = 3;
const SLOW_AFTER_MS = 60_000;

/** Ends in the phase that is returned; throws only what the signal was aborted with. */
export const carry = async (carried: Carried): Promise<Phase> => {
  try {
    const sent = await hashAndSend(carried);
    return typeof sent === "string" ? await develop(sent, carried) : sent;
  } catch (error) {
    carried.signal.throwIfAborted();
    return { name: "failed", failure: failureOf(error) };
  }
};

/** Answers the id of the image that S3 now holds, or the last phase when nothing was to be sent. */
const hashAndSend = async (carried: Carried): Promise<string | Phase> => {
  const { upload, tools, signal, report } = carried;
  const leave = await tools.lanes.ahead.enter(signal, upload.file.size);
  try {
    const sha256 = await hash(carried);
    const twin = tools.claim(sha256);
    if (twin) return { name: "duplicate", of: twin.name, twinId: twin.id };
    report({ name: "queued" });
    return await send(sha256, carried);
  } finally {
    leave();
  }
};

const hash = async ({ upload, tools, signal, report }: Carried): Promise<string> => {
  const leave = await tools.lanes.hashing.enter(signal);
  try {
    const attempt = () => {
      report({ name: "hashing" });
      return tools.hash(upload.file);
    };
    // The first file brings the hasher's script over the network.
    const sha256 = await persistently(attempt, {
      signal,
      onInterrupted: (cause) => {
        report({ name: "interrupted", sent: 0, cause });
      },
    });
    signal.throwIfAborted();
    return sha256;
  } finally {
    leave();
  }
};

const send = async (sha256: string, carried: Carried): Promise<string | Phase> => {
  for (let renewal = 0; renewal <= RENEWALS; renewal += 1) {
    const place = await askForPlace(sha256, carried);
    const askedAt = performance.now();
    if (place.status === "refused") return { name: "failed", failure: lasting(place.detail) };
    if (place.status === "exists") return await meetExisting(place, carried);
    const outcome = await sendTo(place, askedAt, carried);
    if (outcome === "stored") return place.image.id;
    if (outcome === "changed") throw new LastingTrouble(CHANGED);
  }
  throw new LastingTrouble(NO_PLACE_ACCEPTED);
};

/** The clock on this wall at a moment, to the second: "2026-05-03T14:05:00". */
const wallClock = (moment: number): string =>
  new Date(moment - new Date(moment).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);

const askForPlace = async (
  sha256: string,
  { upload, tools, signal, report }: Carried,
): Promise<PlaceAnswer> => {
  const { name, contentType, file } = upload;
  const picture = {
    name,
    size: file.size,
    content_type: contentType,
    sha256,
    taken_hint: wallClock(file.lastModified),
  };
  const place = await persistently(() => tools.desk.ask(picture), {
    signal,
    onInterrupted: (cause) => {
      report({ name: "interrupted", sent: 0, cause });
    },
  });
  if (place.status === "upload") tools.onPlace(place.image.id);
  signal.throwIfAborted();
  return place;
};

const sendTo = async (
  place: Extract<PlaceAnswer, { status: "upload" }>,
  askedAt: number,
  { upload, tools, signal, report }: Carried,
): Promise<"stored" | "expired" | "changed"> => {
  const leave = await tools.lanes.sending.enter(signal);
  try {
    if (performance.now() - askedAt > PLACE_LIFE_MS) return "expired";
    let sent = 0;
    const attempt = () => {
      report({ name: "sending", sent: 0 });
      const onProgress = (bytes: number) => {
        sent = bytes;
        report({ name: "sending", sent });
      };
      return tools.put({ place: place.upload, body: upload.file, signal, onProgress });
    };
    return await persistently(attempt, {
      signal,
      onInterrupted: (cause) => {
        report({ name: "interrupted", sent, cause });
      },
    });
  } finally {
    leave();
  }
};

/** The library has these bytes; perhaps another tab brought them in just now. */
const meetExisting = async (
  { image, restored }: Extract<PlaceAnswer, { status: "exists" }>,
  carried: Carried,
): Promise<Phase> => {
  if (image.state === "ready" || image.state === "damaged")
    return { name: "already", image, restored };
  const phase = await develop(image.id, carried);
  return phase.name === "ready" ? { name: "already", image: phase.image, restored } : phase;
};

const develop = async (imageId: string, { tools, report, signal }: Carried): Promise<Phase> => {
  report({ name: "processing", imageId, slow: false });
  const tooLong = setTimeout(() => {
    report({ name: "processing", imageId, slow: true });
  }, SLOW_AFTER_MS);
  try {
    const image = await tools.watch.untilDeveloped(imageId);
    signal.throwIfAborted();
    return image ? developed(image) : { name: "failed", failure: GONE };
  } finally {
    clearTimeout(tooLong);
  }
};

const developed = (image: Image): Phase => {
  const reason = image.failure?.detail ?? "It could not be opened.";
  if (image.state === "damaged") return { name: "damaged", image, reason };
  if (image.state === "rejected") return { name: "failed", failure: lasting(reason) };
  return { name: "ready", image };
};

const failureOf = (error: unknown): Failure => {
  if (error instanceof LastingTrouble) return error.failure;
  if (error instanceof PassingTrouble) return error.kind === "busy" ? TOO_BUSY : NO_CONNECTION;
  return UNFORESEEN;
};

const lasting = (reason: string): Failure => ({ reason, advice: null, retry: false });

const CHANGED: Failure = {
  reason: "The file changed while it was being sent.",
  advice: "Try again to send it as it is now.",
  retry: true,
};
const NO_PLACE_ACCEPTED: Failure = {
  reason: "Storage refused the upload.",
  advice: "Try again. If this goes on, tell whoever runs this library.",
  retry: true,
};
const GONE: Failure = {
  reason: "It was deleted before it was ready.",
  advice: "Try again to bring it back.",
  retry: true,
};
const NO_CONNECTION: Failure = {
  reason: "The connection broke off, four times in a row.",
  advice: "Check the network and try again.",
  retry: true,
};
const TOO_BUSY: Failure = {
  reason: "The server is too busy just now.",
  advice: "Try again in a few minutes.",
  retry: true,
};
const UNFORESEEN: Failure = {
  reason: "Something went wrong here.",
  advice: "Try again, or reload the page and choose the file again.",
  retry: true,
};

/*
 * [Note: Not too far ahead]
 * A promised place lives five minutes, so only as many files are hashed and given places as the line will
 * carry soon: 48 files or 100 MB, whichever is less. A place that still got too old while it waited is asked
 * for again; the server answers with the same image.
 */
