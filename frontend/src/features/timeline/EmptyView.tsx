/** Empty states of the timeline, the favourites and the archive. */
import type { MainView } from "@/api";
import { ArchiveIcon, Button, EmptyState, HeartIcon, PlusIcon } from "@/ui";

import { EmptyTimelineArt } from "./EmptyTimelineArt";

type EmptyViewProps = { view: MainView; onUpload: () => void };

const EmptyView = ({ view, onUpload }: EmptyViewProps) => {
  if (view === "favourites") {
    return (
      <EmptyState picture={<HeartIcon className="size-14 text-muted" />} title="No favourites yet">
        <p>
          Select pictures, or open one, and press the heart. Your favourites are together here, and
          stay in your timeline.
        </p>
      </EmptyState>
    );
  }
  if (view === "archive") {
    return (
      <EmptyState
        picture={<ArchiveIcon className="size-14 text-muted" />}
        title="Nothing is archived"
      >
        <p>
          Archived pictures, such as receipts and screenshots, are hidden from your timeline but not
          deleted.
        </p>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      picture={<EmptyTimelineArt />}
      title={
        // Nothing can be dropped with a finger.
        window.matchMedia("(pointer: coarse)").matches
          ? "Add your first pictures"
          : "Drop pictures anywhere"
      }
      actions={
        <Button look="primary" icon={<PlusIcon />} onClick={onUpload}>
          Choose pictures
        </Button>
      }
    >
      <p>
        They are kept in your own private storage, as they are, and show up here by the day they
        were taken.
      </p>
    </EmptyState>
  );
};

export default EmptyView;
