/** The dialogs of an import: reading, the plan, the report, and taking it back. While pictures are sent, there is none. */
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

import { counted, formatNumber, picturesInWords } from "@/locale";
import { Button, Dialog, FormAlert, formatBytes, Progress, Spinner } from "@/ui";

import type { Plan } from "./plan";
import { summarizePlan } from "./plan-summary";
import { PlanView } from "./PlanView";
import type { ReadProgress } from "./read";
import { ReportView } from "./ReportView";
import type { Row } from "./rows";
import type { ImportState, TakeoutImport } from "./takeout-import";

type ImportDialogProps = { session: TakeoutImport; onClose: () => void };

const ImportDialog = ({ session, onClose }: ImportDialogProps) => {
  const state = useSyncExternalStore(session.subscribe, session.snapshot);
  const [isAsking, setIsAsking] = useState(false);
  if (isAsking) {
    return (
      <UndoQuestion
        onClose={() => setIsAsking(false)}
        onUndo={() => {
          setIsAsking(false);
          void session.undo();
        }}
      />
    );
  }
  const ask = () => setIsAsking(true);
  switch (state.stage) {
    case "running":
      return null;
    case "reading":
      return <Reading progress={state.progress} onClose={onClose} />;
    case "unreadable":
      return (
        <Dialog title="Import" onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
          <FormAlert>{state.reason}</FormAlert>
        </Dialog>
      );
    case "plan":
      return <PlanDialog state={state} session={session} onUndo={ask} onClose={onClose} />;
    case "done":
      return (
        <Dialog
          title={isWhole(state.report) ? "Import finished" : "Import not finished"}
          onClose={onClose}
          actions={
            <>
              {session.canUndo && <Button onClick={ask}>Undo this import</Button>}
              <Button look="primary" onClick={onClose}>
                Done
              </Button>
            </>
          }
        >
          <ReportView report={state.report} />
        </Dialog>
      );
    case "undoing":
      return (
        <Dialog title="Undoing the import" onClose={() => undefined}>
          <p role="status" className="flex items-center gap-3 text-muted">
            <Spinner />
            Moving its pictures to Recently deleted…
          </p>
        </Dialog>
      );
    case "undone":
      return (
        <Dialog
          title="Import undone"
          onClose={onClose}
          actions={
            <Button look="primary" onClick={onClose}>
              Done
            </Button>
          }
        >
          <p role="status">
            {picturesInWords(state.undone.pictures)} moved to Recently deleted
            {state.undone.albums > 0 && `, and ${counted(state.undone.albums, "album")} deleted`}.
          </p>
        </Dialog>
      );
  }
};

export default ImportDialog;

const isWhole = ({
  failed,
  cancelled,
  endedBy,
}: Extract<ImportState, { stage: "done" }>["report"]) =>
  failed.length === 0 && cancelled === 0 && endedBy === null;

type ReadingProps = { progress: ReadProgress | null; onClose: () => void };

const Reading = ({ progress, onClose }: ReadingProps) => {
  const files = progress?.files;
  const bytes = progress?.bytes;
  return (
    <Dialog
      title="Reading the files"
      onClose={onClose}
      actions={<Button onClick={onClose}>Cancel</Button>}
    >
      <Progress
        label="Files read"
        value={bytes && bytes.total > 0 ? bytes.read / bytes.total : null}
      />
      <p className="mt-3 text-muted tabular-nums">
        {files && bytes
          ? `${formatNumber(files.read)} of ${counted(files.total, "file")}, ${formatBytes(bytes.read)} of ${formatBytes(bytes.total)}`
          : "Looking for pictures…"}
      </p>
      <p className="mt-3 text-muted">
        Nothing is uploaded yet. You will see first what an import would do.
      </p>
    </Dialog>
  );
};

type PlanDialogProps = {
  state: Extract<ImportState, { stage: "plan" }>;
  session: TakeoutImport;
  onUndo: () => void;
  onClose: () => void;
};

const useSummary = (plan: Plan, rows: readonly Row[], titles: readonly string[]) =>
  useMemo(() => summarizePlan(plan, rows, titles), [plan, rows, titles]);

const PlanDialog = ({ state, session, onUndo, onClose }: PlanDialogProps) => {
  const { plan, rows, titles, choices, earlier } = state;
  const summary = useSummary(plan, rows, titles);
  const isEmpty = summary.upload.count + summary.here === 0;
  const buttons = useRef<HTMLDivElement>(null);
  // The browser would focus the whole of what scrolls.
  useEffect(() => {
    buttons.current?.querySelector<HTMLElement>("button:last-child")?.focus();
  }, []);
  return (
    <Dialog title={isEmpty ? "Nothing to import" : "Import these pictures?"} onClose={onClose}>
      <PlanView
        summary={summary}
        choices={choices}
        earlier={earlier}
        into={session.album?.title ?? null}
        onChoose={(more) => session.choose(more)}
        onUndo={onUndo}
      />
      {/* A plan may be long: its buttons stay in sight. */}
      <div
        ref={buttons}
        className="sticky -bottom-6 -mx-6 mt-6 -mb-6 flex flex-wrap justify-end gap-3 border-t border-line bg-surface px-6 py-4"
      >
        <Button onClick={onClose}>{isEmpty ? "Close" : "Cancel"}</Button>
        {!isEmpty && (
          <Button look="primary" onClick={() => session.begin()}>
            Import
          </Button>
        )}
      </div>
    </Dialog>
  );
};

const UndoQuestion = ({ onClose, onUndo }: { onClose: () => void; onUndo: () => void }) => (
  <Dialog
    title="Undo the import?"
    onClose={onClose}
    actions={
      <>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" onClick={onUndo}>
          Undo import
        </Button>
      </>
    }
  >
    <p>
      The pictures that it added move to Recently deleted, where they are kept for 30 days. Albums
      that it made are deleted, unless something else was put into them.
    </p>
    <p className="mt-3 text-muted">
      Pictures that were in your library before stay there, with what the import added to them. They
      leave albums that it put them into.
    </p>
  </Dialog>
);
