/** The whole upload in a few numbers. */
import { formatNumber, picturesInWords } from "@/locale";

import { isUnsent, type Upload } from "../queue/upload-state";

export type Summary = {
  /** All but the cancelled ones and those that stood back for a twin. */
  total: number;
  /** Those that were not refused before a byte was sent. */
  sendable: number;
  unsent: number;
  processing: number;
  added: number;
  /** Of those that were added. */
  damaged: number;
  already: number;
  failed: number;
  retryable: number;
  offline: boolean;
  /** The session has ended, and its person is asked to sign in again. */
  signedOut: boolean;
  /** The title of the album that all of them go into; null: not all into one. */
  album: string | null;
  /** `kept`: those of the sent ones that were in storage already, and took no time. */
  bytes: { total: number; sent: number; kept: number };
};

export const summarize = (uploads: readonly Upload[]): Summary => {
  const summary: Summary = {
    total: 0,
    sendable: 0,
    unsent: 0,
    processing: 0,
    added: 0,
    damaged: 0,
    already: 0,
    failed: 0,
    retryable: 0,
    offline: false,
    signedOut: false,
    album: albumOfAll(uploads),
    bytes: { total: 0, sent: 0, kept: 0 },
  };
  for (const upload of uploads) count(upload, summary);
  return summary;
};

const albumOfAll = (uploads: readonly Upload[]): string | null => {
  const albums = new Map(uploads.map(({ album }) => [album?.id, album?.title]));
  const [title] = albums.values();
  return albums.size === 1 ? (title ?? null) : null;
};

const count = (upload: Upload, summary: Summary): void => {
  const { phase, file } = upload;
  if (phase.name === "cancelled" || phase.name === "duplicate") return;
  summary.total += 1;
  if (phase.name === "failed") {
    summary.failed += 1;
    if (phase.failure.retry) summary.retryable += 1;
    return;
  }
  summary.sendable += 1;
  summary.bytes.total += file.size;
  summary.bytes.kept += phase.name === "already" ? file.size : upload.kept;
  if (isUnsent(upload)) {
    summary.unsent += 1;
    if (phase.name === "interrupted") {
      if (phase.cause === "offline") summary.offline = true;
      if (phase.cause === "signed_out") summary.signedOut = true;
    }
    if (phase.name === "sending" || phase.name === "interrupted") summary.bytes.sent += phase.sent;
    return;
  }
  summary.bytes.sent += file.size;
  if (phase.name === "processing") summary.processing += 1;
  else if (phase.name === "already") summary.already += 1;
  else summary.added += 1;
  if (phase.name === "damaged") summary.damaged += 1;
};

export const isOver = ({ unsent, processing }: Summary): boolean =>
  unsent === 0 && processing === 0;

/** The panel's heading. */
export const headline = (summary: Summary): string => {
  const { unsent, processing, sendable, added, already, failed, offline, signedOut } = summary;
  if (offline) return "Waiting for the network";
  if (signedOut) return "Waiting for you to sign in";
  if (unsent > 0)
    return `Uploading ${formatNumber(sendable - unsent)} of ${formatNumber(sendable)}`;
  if (processing > 0) return `Preparing ${picturesInWords(processing)}`;
  if (added > 0) return `${picturesInWords(added)} added`;
  if (failed > 0) return `${picturesInWords(failed)} not uploaded`;
  if (already > 0) return already === 1 ? "Already in your library" : "All already in your library";
  return "Upload cancelled";
};

/** How far it is, for ears: with one file alone its number would say nothing until the end. */
export const spokenProgress = (summary: Summary): string => {
  const { unsent, sendable, offline, signedOut, bytes } = summary;
  if (offline || signedOut || unsent === 0 || sendable > 1 || bytes.total === 0)
    return headline(summary);
  return `Uploading 1 picture, ${Math.floor((bytes.sent / bytes.total) * 100)} %`;
};

/** What else there is to say once it is over. */
export const footnotes = ({ added, damaged, already, failed, album }: Summary): string[] => {
  const notes: string[] = [];
  if (album !== null && added + already > 0) notes.push(`In ${album}`);
  if (damaged > 0) notes.push(`${formatNumber(damaged)} damaged or without a preview`);
  if (already > 0 && (added > 0 || failed > 0))
    notes.push(`${formatNumber(already)} already there`);
  if (failed > 0 && added > 0) notes.push(`${formatNumber(failed)} not uploaded`);
  return notes;
};
