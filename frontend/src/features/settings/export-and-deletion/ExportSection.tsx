/** Taking everything away: asking for a copy, watching it being packed, fetching its parts. */
import { useAskForExport, useExports, useRemoveExport, type Export } from "@/api";
import { Badge } from "@/components/settings/Badge";
import { DateTime } from "@/components/settings/DateTime";
import { useShowError } from "@/components/settings/error-message";
import { BoxIcon } from "@/components/settings/icons";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Row, Rows } from "@/components/settings/Rows";
import { Section } from "@/components/settings/Section";
import { formatNumber, picturesInWords } from "@/locale";
import { Button, formatBytes, DownloadIcon, Progress, useToast } from "@/ui";

const isBeingPacked = ({ state }: Export): boolean => state === "waiting" || state === "running";

type PartsProps = { copy: Export; onDownload: (number: number) => void };

const Parts = ({ copy, onDownload }: PartsProps) => (
  <ul className="mt-3 flex flex-wrap gap-2">
    {copy.parts.map(({ number, bytes, pictures }) => (
      <li key={number}>
        <Button icon={<DownloadIcon />} onClick={() => onDownload(number)}>
          {copy.parts.length === 1 ? "Download" : `Part ${number} of ${copy.parts.length}`}
          <span className="text-sm font-normal text-muted">
            {formatBytes(bytes)}
            <span className="sr-only">, {picturesInWords(pictures)}</span>
          </span>
        </Button>
      </li>
    ))}
  </ul>
);

const Packing = ({ copy }: { copy: Export }) => (
  <div className="mt-3 max-w-md">
    <Progress
      label="Packing your pictures"
      value={copy.pictures === 0 ? null : copy.done / copy.pictures}
    />
    <p role="status" className="mt-1.5">
      {copy.state === "waiting"
        ? "Waiting for its turn"
        : `${formatNumber(copy.done)} of ${picturesInWords(copy.pictures)} packed`}
      . You may leave this page.
    </p>
  </div>
);

type ExportRowProps = { copy: Export; onDownload: (number: number) => void; onRemove: () => void };

const ExportRow = ({ copy, onDownload, onRemove }: ExportRowProps) => (
  <Row
    icon={<BoxIcon />}
    title={
      <>
        Copy of <DateTime at={copy.created_at} dateOnly />
      </>
    }
    badges={
      <>
        {copy.state === "ready" && <Badge tone="good">Ready</Badge>}
        {copy.state === "failed" && <Badge tone="danger">Failed</Badge>}
      </>
    }
    actions={
      !isBeingPacked(copy) && (
        <Button look="quiet" onClick={onRemove}>
          Remove the copy
        </Button>
      )
    }
  >
    {copy.state === "ready" && (
      <p>
        {picturesInWords(copy.pictures)} · kept until <DateTime at={copy.expires_at} />
      </p>
    )}
    {copy.state === "failed" && <p>Something went wrong while packing. Ask for another one.</p>}
    {isBeingPacked(copy) && <Packing copy={copy} />}
    {copy.state === "ready" && <Parts copy={copy} onDownload={onDownload} />}
  </Row>
);

export const ExportSection = () => {
  const exports = useExports();
  const ask = useAskForExport();
  const remove = useRemoveExport();
  const complain = useShowError();
  const toast = useToast();
  const isPacking = exports.data?.some(isBeingPacked) ?? false;

  /** The addresses are good for minutes only, so the one that is followed is always a new one. */
  const download = async (id: string, number: number) => {
    const { data, error } = await exports.refetch();
    const part = data?.find((copy) => copy.id === id)?.parts.find((one) => one.number === number);
    if (part) window.location.assign(part.url);
    else if (error) complain(error);
    else toast.show({ tone: "error", message: "This copy is no longer there. Ask for a new one." });
  };

  return (
    <Section
      title="Download everything"
      lead="All originals with their names, and beside each a file with what is known of it: when and where it was taken, and its descriptions. They come as zip files; a download that breaks off can be resumed."
      aside={
        <Button
          busy={ask.isPending}
          disabled={isPacking || exports.data === undefined}
          onClick={() => ask.mutate(undefined, { onError: complain })}
        >
          Make a copy
        </Button>
      }
    >
      <QueryBoundary query={exports} what="your copies" rows={1}>
        {(all) => (
          <Rows label="Copies" empty="No copy has been made.">
            {all.map((copy) => (
              <ExportRow
                key={copy.id}
                copy={copy}
                onDownload={(number) => void download(copy.id, number)}
                onRemove={() => remove.mutate(copy.id, { onError: complain })}
              />
            ))}
          </Rows>
        )}
      </QueryBoundary>
    </Section>
  );
};
