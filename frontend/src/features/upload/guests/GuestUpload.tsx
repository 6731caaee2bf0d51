/** Where a guest of a share link adds pictures to its album: choosing, sending, and thanks. */
import { useEffect, useRef, useState, useSyncExternalStore, type ChangeEvent } from "react";

import type { Visit } from "@/api";
import { picturesInWords } from "@/locale";
import { Button, CheckIcon, Progress, TextField } from "@/ui";

import { collectFiles, withTypes } from "../collect-files";
import { PanelActions } from "../panel/PanelActions";
import { PanelList } from "../panel/PanelList";
import { headline, isOver, summarize, type Summary } from "../panel/summary";
import { useLiveAnnouncement } from "../panel/use-live-announcement";
import { acceptList } from "../queue/content-types";
import { UploadQueue } from "../queue/queue";
import { isUnsent } from "../queue/upload-state";
import { takeChosen } from "../take-chosen";
import { guestUploadApi } from "./guest-upload-api";
import { keepName, keptName, MAX_GUEST_NAME } from "./guest-name";

/** The server signs for a minute. */
const PLACE_LIFE_MS = 40_000;

export type GuestUploadProps = {
  visit: Visit;
  /** What is told of the link's guests. */
  collects: NonNullable<Visit["share"]["collects"]>;
  /** Something has come into the album. */
  onLanded: () => void;
  onClosed: () => void;
};

const warn = (event: BeforeUnloadEvent): void => event.preventDefault();

const GuestUpload = ({ visit, collects, onLanded, onClosed }: GuestUploadProps) => {
  const [name, setName] = useState(keptName);
  const [queue] = useState(
    () =>
      new UploadQueue({
        server: guestUploadApi({ headers: visit.headers, name: keptName, onClosed }),
        limits: { maxBytes: collects.max_bytes, contentTypes: collects.content_types },
        onLanded,
        placeLifeMs: PLACE_LIFE_MS,
      }),
  );
  const uploads = useSyncExternalStore(queue.subscribe, queue.snapshot);
  const [onlyFailed, setOnlyFailed] = useState(false);
  const summary = summarize(uploads);
  const announcement = useLiveAnnouncement(summary);
  const isSending = uploads.some(isUnsent);
  useEffect(() => {
    if (!isSending) return;
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isSending]);

  const choose = async (files: readonly File[]) => {
    const found = await collectFiles({ entries: [], files });
    queue.add((await withTypes(found.files)).chosen);
  };
  const isFiltered = onlyFailed && summary.failed > 0;
  const { total, sent } = summary.bytes;
  const isDone = uploads.length > 0 && isOver(summary);
  return (
    <section
      aria-label="Add pictures"
      className="mb-6 rounded-2xl border border-line bg-raised p-4 sm:p-5"
    >
      <p className="sr-only" role="status">
        {announcement}
      </p>
      {isDone ? (
        <Thanks summary={summary} isReviewed={collects.is_reviewed} />
      ) : (
        <h2 className="text-lg font-semibold tabular-nums">
          {uploads.length === 0 ? "Add your pictures" : headline(summary)}
        </h2>
      )}
      {uploads.length === 0 && (
        <p className="mt-1 max-w-prose text-muted">
          {collects.is_reviewed
            ? "Whoever shares this album looks at them before they are in it."
            : "Everybody with this link may see them."}{" "}
          The whole files are sent, with what is written in them: often the place and the time.
        </p>
      )}
      {!isDone && uploads.length > 0 && (
        <Progress value={total === 0 ? null : sent / total} label="All pictures" className="mt-3" />
      )}
      <div className="mt-4 flex flex-wrap items-end gap-3">
        <div className="w-full sm:w-64">
          <TextField
            label="Your name (optional)"
            name="guest"
            value={name}
            maxLength={MAX_GUEST_NAME}
            autoComplete="name"
            onChange={(event) => {
              setName(event.target.value);
              keepName(event.target.value);
            }}
          />
        </div>
        <Chooser
          contentTypes={collects.content_types}
          isFirst={uploads.length === 0}
          onFiles={(files) => void choose(files)}
        />
      </div>
      {uploads.length > 0 && (
        <div className="-mx-4 mt-4 flex max-h-96 flex-col sm:-mx-5">
          <PanelActions
            queue={queue}
            summary={summary}
            onlyFailed={isFiltered}
            onOnlyFailed={setOnlyFailed}
          />
          <PanelList queue={queue} uploads={uploads} onlyFailed={isFiltered} sentText="Sent" />
        </div>
      )}
    </section>
  );
};

type ChooserProps = {
  contentTypes: readonly string[];
  isFirst: boolean;
  onFiles: (files: readonly File[]) => void;
};

const Chooser = ({ contentTypes, isFirst, onFiles }: ChooserProps) => {
  const input = useRef<HTMLInputElement>(null);
  const onChange = (event: ChangeEvent<HTMLInputElement>) => {
    const files = takeChosen(event);
    if (files.length > 0) onFiles(files);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={acceptList(contentTypes)}
        aria-label="Pictures to add"
        onChange={onChange}
      />
      <Button
        look={isFirst ? "primary" : "secondary"}
        className="max-sm:w-full"
        onClick={() => input.current?.click()}
      >
        {isFirst ? "Choose pictures" : "Add more"}
      </Button>
    </>
  );
};

const Thanks = ({ summary, isReviewed }: { summary: Summary; isReviewed: boolean }) => {
  const there = summary.added + summary.already;
  if (there === 0) return <h2 className="text-lg font-semibold">{headline(summary)}</h2>;
  return (
    <div>
      <h2 className="flex items-center gap-2 text-lg font-semibold">
        <CheckIcon className="size-5 text-good" />
        Thank you
      </h2>
      <p className="mt-1 text-muted">
        {picturesInWords(there)} {there === 1 ? "was" : "were"} sent.
        {isReviewed && " Whoever shares this album looks at them before they are in it."}
        {summary.failed > 0 && ` ${picturesInWords(summary.failed)} could not be sent: see below.`}
      </p>
    </div>
  );
};

export default GuestUpload;
