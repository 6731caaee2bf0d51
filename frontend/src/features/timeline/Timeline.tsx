/** A person's pictures, newest first. */
import { useMemo } from "react";

import { isUnfinished, useUnfinished } from "@/api";
import { Gallery } from "@/components/gallery/Gallery";
import { useDeleteWithUndo } from "@/components/gallery/use-delete-with-undo";
import { useImageList } from "@/components/gallery/use-image-list";
import { Button, EmptyState, PlusIcon, TrashIcon } from "@/ui";

import { EmptyTimelineArt } from "./EmptyTimelineArt";

type TimelineProps = {
  openId: string | null;
  onOpen: (id: string) => void;
  onUpload: () => void;
};

const NothingYet = ({ onUpload }: { onUpload: () => void }) => (
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
      They are kept in your own private storage, as they are, and show up here by the day they were
      taken.
    </p>
  </EmptyState>
);

export const Timeline = ({ openId, onOpen, onUpload }: TimelineProps) => {
  const list = useImageList({ deleted: false });
  const { images } = list;
  const unfinished = useMemo(() => images.filter(isUnfinished).map(({ id }) => id), [images]);
  useUnfinished(unfinished);
  const { deleteWithUndo } = useDeleteWithUndo();

  return (
    <Gallery
      list={list}
      label="Your pictures, newest first"
      failedTitle="Your pictures could not be loaded"
      empty={<NothingYet onUpload={onUpload} />}
      actions={({ deleteSelected }) => (
        <Button look="quiet" icon={<TrashIcon />} onClick={deleteSelected}>
          Delete
        </Button>
      )}
      onOpen={onOpen}
      openId={openId}
      onDelete={deleteWithUndo}
    />
  );
};
