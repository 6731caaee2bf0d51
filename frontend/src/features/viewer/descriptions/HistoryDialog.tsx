/** The versions of a description with what differs from the one that is shown, and never sending the picture. */
import {
  toProblem,
  useDescriptionHistory,
  useNeverSend,
  useShowVersion,
  type DescriptionVersion,
} from "@/api";
import { DateTime } from "@/components/settings/DateTime";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { formatList } from "@/locale";
import { Button, Dialog, RestoreIcon, Switch, useToast } from "@/ui";

import { diffWords, type Piece } from "./word-diff";

type History = NonNullable<ReturnType<typeof useDescriptionHistory>["data"]>;

const FIELDS = [
  ["Alt text", "alt_text"],
  ["Text", "text"],
  ["Text in the picture", "visible_text"],
] as const;

const looks: Record<Piece["kind"], string> = {
  same: "",
  added: "rounded-sm bg-accent-soft text-ink no-underline",
  removed: "rounded-sm bg-danger-soft text-danger",
};

const PieceText = ({ kind, text }: Piece) => {
  if (kind === "same") return text;
  const Mark = kind === "added" ? "ins" : "del";
  return <Mark className={looks[kind]}>{text}</Mark>;
};

/** What this version has otherwise than the one that is shown. */
const Difference = ({ name, shown, own }: { name: string; shown: string; own: string }) => {
  if (own === "" && shown === "") return null;
  return (
    <div>
      <dt className="text-sm text-muted">{name}</dt>
      <dd className="whitespace-pre-line wrap-anywhere">
        {diffWords(shown, own).map((piece, index) => (
          <PieceText key={index} {...piece} />
        ))}
      </dd>
    </div>
  );
};

const byWhom = ({ source, demo, model }: DescriptionVersion): string => {
  if (source === "person") return "Written by you";
  return demo ? "Demo description" : `Written by AI${model === null ? "" : ` (${model})`}`;
};

type VersionProps = {
  version: DescriptionVersion;
  shown: DescriptionVersion | undefined;
  isBusy: boolean;
  onShow: () => void;
};

const Version = ({ version, shown, isBusy, onShow }: VersionProps) => (
  <li className="py-4 first:pt-0 last:pb-0">
    <div className="flex flex-wrap items-center justify-between gap-2">
      <p>
        <span className="font-medium">{byWhom(version)}</span>
        <span className="text-muted">
          {" · "}
          <DateTime at={version.at} />
        </span>
      </p>
      {version.is_current ? (
        <span className="rounded-full bg-sunken px-2.5 py-0.5 text-sm">Shown</span>
      ) : (
        <Button icon={<RestoreIcon className="size-4" />} busy={isBusy} onClick={onShow}>
          Show this one
        </Button>
      )}
    </div>
    <dl className="mt-2 space-y-2">
      {FIELDS.map(([name, field]) => (
        <Difference
          key={field}
          name={name}
          shown={(shown ?? version)[field]}
          own={version[field]}
        />
      ))}
      <Difference
        name="Keywords"
        shown={(shown ?? version).tags.join(", ")}
        own={version.tags.join(", ")}
      />
    </dl>
  </li>
);

const NeverSend = ({ id, history }: { id: string; history: History }) => {
  const keep = useNeverSend();
  const toast = useToast();
  const albums = history.albums_never_sent.map(({ title }) => `“${title}”`);
  return (
    <div className="mt-5 border-t border-line pt-5">
      <Switch
        label="Never send this picture to a model"
        checked={history.is_never_sent}
        busy={keep.isPending}
        onChange={(never) =>
          keep.mutate(
            { ids: [id], never },
            {
              onError: (error) => toast.show({ tone: "error", message: toProblem(error).detail }),
            },
          )
        }
      />
      <p className="text-sm text-muted">Of a stack, that is all its pictures.</p>
      {albums.length > 0 && (
        <p className="mt-2 text-sm text-muted">
          It is not sent in any case: {formatList(albums, "conjunction")}{" "}
          {albums.length === 1 ? "is an album that is" : "are albums that are"} never sent.
        </p>
      )}
    </div>
  );
};

type HistoryDialogProps = { id: string; canBeSent: boolean; onClose: () => void };

export const HistoryDialog = ({ id, canBeSent, onClose }: HistoryDialogProps) => {
  const query = useDescriptionHistory(id);
  const show = useShowVersion(id);
  const toast = useToast();
  return (
    <Dialog title="Versions" onClose={onClose} actions={<Button onClick={onClose}>Done</Button>}>
      <QueryBoundary query={query} what="the versions" rows={2}>
        {(history) => (
          <>
            {history.versions.length === 0 ? (
              <p className="text-muted">No description was written yet.</p>
            ) : (
              <ul aria-label="Versions" className="divide-y divide-line">
                {history.versions.map((version) => (
                  <Version
                    key={version.id}
                    version={version}
                    shown={history.versions.find(({ is_current }) => is_current)}
                    isBusy={show.isPending}
                    onShow={() =>
                      show.mutate(version.id, {
                        onError: (error) =>
                          toast.show({ tone: "error", message: toProblem(error).detail }),
                      })
                    }
                  />
                ))}
              </ul>
            )}
            {canBeSent && <NeverSend id={id} history={history} />}
          </>
        )}
      </QueryBoundary>
    </Dialog>
  );
};
