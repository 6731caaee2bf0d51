/** Uploads a hashed file: requests an upload, uses it, and requests it again when it has expired. */
import { isDeferred, openFile } from "./deferred-file";
import { PermanentError } from "./errors";
import { CHANGED, GONE, NO_PLACE_ACCEPTED } from "./failure-messages";
import type { FileHash } from "./file-hash";
import { PartsProgress } from "./parts-progress";
import type { PutOutcome } from "./put";
import { persistently } from "./retry";
import type { Promised, SettledPlace } from "./upload-api";
import type { RunningUpload } from "./upload-context";
import { uploadMultipart, MAX_TRIES } from "./upload-multipart";

const RENEWALS = 3;

type Sending = RunningUpload & {
  hashed: FileHash;
  progress: PartsProgress;
  /** The same file each time. */
  open: () => Promise<File>;
};
type Asked = { place: SettledPlace; isStale: () => boolean };

/** The image whose bytes are in storage now, or why none had to be sent. */
export type SendAnswer = { status: "sent"; imageId: string } | Exclude<SettledPlace, Promised>;

/** Throws an error of errors.ts. */
export const uploadFile = async (hashed: FileHash, carried: RunningUpload): Promise<SendAnswer> => {
  const progress = new PartsProgress({ report: carried.report, onKept: carried.tools.onKept });
  let opened: Promise<File> | null = null;
  const open = () => (opened ??= openFile(carried.upload.file));
  const sending = { ...carried, hashed, progress, open };
  for (let refusals = 0; refusals <= RENEWALS;) {
    const { place, isStale } = await askForPlace(sending);
    if (place.status !== "upload") return place;
    const { upload, image } = place;
    const outcome =
      "parts" in upload
        ? await uploadMultipart({
            ...sending,
            imageId: image.id,
            file: await open(),
            parts: upload.parts,
            isStale,
          })
        : await sendWhole({ place, isStale }, sending);
    if (outcome === "stored") return { status: "sent", imageId: image.id };
    if (outcome === "changed") throw new PermanentError(CHANGED);
    if (outcome === "gone") throw new PermanentError(GONE);
    if (outcome !== "stale") refusals += 1;
  }
  throw new PermanentError(NO_PLACE_ACCEPTED);
};

const askForPlace = async ({
  upload,
  hashed,
  tools,
  signal,
  progress,
}: Sending): Promise<Asked> => {
  const { name, contentType, file } = upload;
  const { sha256, parts } = hashed;
  const picture = {
    name,
    size: file.size,
    content_type: contentType,
    sha256,
    taken_hint: isDeferred(file) ? file.takenHint : wallClock(file.lastModified),
    ...(upload.album && { album_id: upload.album.id }),
    ...(parts && { parts }),
  };
  const place = await persistently(() => tools.desk.ask(picture), {
    signal,
    onInterrupted: (cause) => {
      progress.waiting(cause);
    },
    ...(parts && { tries: MAX_TRIES }),
  });
  const askedAt = performance.now();
  if (place.status === "upload") tools.onPlace(place.image.id);
  signal.throwIfAborted();
  return { place, isStale: () => performance.now() - askedAt > tools.placeLifeMs };
};

/** The clock on this wall at a moment, to the second: "2026-05-03T14:05:00". */
const wallClock = (moment: number): string =>
  new Date(moment - new Date(moment).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);

const sendWhole = async (asked: Asked, sending: Sending): Promise<PutOutcome | "stale"> => {
  const { tools, signal, report } = sending;
  const leave = await tools.lanes.sending.enter(signal);
  try {
    // Asked for again without giving up the turn that it waited for so long.
    const { place } = asked.isStale() ? await askForPlace(sending) : asked;
    if (place.status !== "upload" || "parts" in place.upload) return "stale";
    const address = place.upload;
    const body = await sending.open();
    let sent = 0;
    const attempt = () => {
      report({ name: "sending", sent: 0 });
      const onProgress = (bytes: number) => {
        sent = bytes;
        report({ name: "sending", sent });
      };
      return tools.put({ place: address, body, signal, onProgress });
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
