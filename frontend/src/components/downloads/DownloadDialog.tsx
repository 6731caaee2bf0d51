/** Before a download begins: how much it is, and what goes into the zip. */
import { useEffect, useState } from "react";

import { toProblem } from "@/api/problem";
import { counted, formatNumber, picturesInWords } from "@/locale";
import { Button, Dialog, FormAlert, formatBytes, Spinner, Switch } from "@/ui";

import type { ZipContents, ZipSource } from "./zip-source";

type DialogProps = {
  source: ZipSource;
  onStart: (contents: ZipContents, options: { sidecars: boolean }) => void;
  onClose: () => void;
};

type Found =
  | { state: "looking" }
  | { state: "found"; contents: ZipContents }
  | { state: "failed"; reason: string };

const useContents = (source: ZipSource): [Found, () => void] => {
  const [found, setFound] = useState<Found>({ state: "looking" });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const over = new AbortController();
    source.list(over.signal).then(
      (contents) => setFound({ state: "found", contents }),
      (error: unknown) => {
        if (over.signal.aborted) return;
        setFound({ state: "failed", reason: toProblem(error).detail });
      },
    );
    return () => over.abort();
  }, [source, tries]);
  const again = () => {
    setFound({ state: "looking" });
    setTries((before) => before + 1);
  };
  return [found, again];
};

const What = ({ contents, asked }: { contents: ZipContents; asked: number | null }) => {
  const count = contents.files.length;
  const bytes = contents.files.reduce((sum, { size }) => sum + size, 0);
  const left = asked === null ? 0 : Math.max(0, asked - count);
  if (count === 0) {
    return <p>None of these pictures can be downloaded now. Perhaps they are still arriving.</p>;
  }
  return (
    <>
      <p>
        {picturesInWords(count)} as they were uploaded, {formatBytes(bytes)} together. The originals
        hold what the camera wrote: often the place, the time and the camera.
      </p>
      {left > 0 && (
        <p className="mt-2 text-muted">
          {counted(left, "picture is", "pictures are").replace(/^1 /, "One ")} left out, since{" "}
          {left === 1 ? "it is" : "they are"} still arriving or deleted.
        </p>
      )}
    </>
  );
};

export const DownloadDialog = ({ source, onStart, onClose }: DialogProps) => {
  const [found, again] = useContents(source);
  const [sidecars, setSidecars] = useState(false);
  const canStart = found.state === "found" && found.contents.files.length > 0;
  return (
    <Dialog
      title="Download as a zip"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {found.state === "failed" ? (
            <Button look="primary" onClick={again}>
              Try again
            </Button>
          ) : (
            <Button
              look="primary"
              busy={found.state === "looking"}
              disabled={found.state === "found" && !canStart}
              onClick={() => {
                if (canStart) onStart(found.contents, { sidecars });
              }}
            >
              Download
            </Button>
          )}
        </>
      }
    >
      {found.state === "looking" && (
        <p role="status" className="flex items-center gap-3 text-muted">
          <Spinner />
          Looking up{" "}
          {source.asked === null ? "the pictures" : `${formatNumber(source.asked)} pictures`}…
        </p>
      )}
      {found.state === "failed" && <FormAlert>{found.reason}</FormAlert>}
      {found.state === "found" && <What contents={found.contents} asked={source.asked} />}
      {source.hasSidecars && canStart && (
        <>
          <Switch
            className="mt-3"
            label="XMP files with what I corrected"
            checked={sidecars}
            onChange={setSidecars}
          />
          <p className="text-sm text-muted">
            Dates, places, stars, descriptions and tags that you set, for other photo programs.
          </p>
        </>
      )}
    </Dialog>
  );
};
