/** Each phase in words. */
import type { Image } from "@/api";

import { isBig } from "../queue/file-hash";
import type { Phase } from "../queue/upload-state";

export type Tone = "quiet" | "active" | "good" | "warning" | "bad";

type Interrupted = Extract<Phase, { name: "interrupted" }>;
export type PhaseText = { text: string; tone: Tone };

/**
 * @param name of the file as it was chosen.
 * @param kept how much of it storage had before it was sent now.
 */
export const formatPhase = (phase: Phase, name: string, size: number, kept = 0): PhaseText => {
  switch (phase.name) {
    case "waiting":
      return { text: "Waiting", tone: "quiet" };
    case "hashing":
      return { text: "Checking", tone: "active" };
    case "queued":
      return { text: "Waiting to send", tone: "quiet" };
    case "sending":
      return { text: sendingText(percent(phase.sent, size), percent(kept, size)), tone: "active" };
    case "interrupted":
      return { text: interruptedText(phase, size), tone: "warning" };
    case "processing":
      return phase.slow
        ? { text: "Still processing. You can close this page.", tone: "active" }
        : { text: "Processing", tone: "active" };
    case "ready":
      return { text: addedText(phase.image, name), tone: "good" };
    case "damaged":
      return { text: `${damagedText(phase.image)} ${phase.reason}`, tone: "warning" };
    case "already":
      return phase.restored
        ? { text: "Restored from Recently deleted", tone: "good" }
        : { text: "Already in your library", tone: "good" };
    case "duplicate":
      return { text: `Same picture as ${phase.of}`, tone: "quiet" };
    case "failed":
      return { text: join(phase.failure.reason, phase.failure.advice), tone: "bad" };
    case "cancelled":
      return { text: "Cancelled", tone: "quiet" };
  }
};

/** Names that look the same are: accents are written in one of two ways, and spaces close up. */
const looked = (name: string): string => name.normalize("NFC").split(/\s+/).join(" ").trim();

/** Names keep no folders, and nothing that cannot be seen. */
const addedText = (image: Image, name: string): string =>
  looked(image.name) === looked(name) ? "Added" : `Added as ${image.name}`;

/** Damaged is what is broken. Of what we failed to show, the title says so. */
const damagedText = ({ failure }: Image): string => {
  const title = failure?.title ?? "Damaged";
  return title === "Damaged" ? "Added, but damaged." : `Added. ${title}.`;
};

const sendingText = (sent: number, kept: number): string =>
  kept === 0 ? `Uploading ${sent} %` : `Uploading ${sent} %; ${kept} % was there already`;

/** A big file stays where it was; a small one begins again. */
const interruptedText = ({ cause, sent }: Interrupted, size: number): string => {
  if (sent === 0 || !isBig(size)) return INTERRUPTED[cause];
  const reason =
    cause === "offline" ? "No connection. It continues automatically." : INTERRUPTED[cause];
  return `Stopped at ${percent(sent, size)} %. ${reason}`;
};

const INTERRUPTED = {
  offline: "No connection. It continues when you are back online.",
  connection: "Connection lost, trying again soon",
  busy: "The server is busy, trying again soon",
  signed_out: "Waits until you have signed in again",
} as const;

export const percent = (sent: number, size: number): number => {
  // The last per cent is for the server to say.
  return size === 0 ? 0 : Math.min(99, Math.floor((sent / size) * 100));
};

const join = (reason: string, advice: string | null): string =>
  advice === null ? reason : `${reason} ${advice}`;
