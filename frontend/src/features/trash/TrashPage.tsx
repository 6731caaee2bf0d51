/** What was deleted in the last 30 days, and the way back. */
import { isWhole, type ListedImage } from "@/api";
import { Gallery, type GallerySelection } from "@/components/gallery/Gallery";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { useChangeWithUndo } from "@/components/gallery/use-change-with-undo";
import { useDeletedList } from "@/components/gallery/use-deleted-list";
import { Button, EmptyState, RestoreIcon, TrashIcon } from "@/ui";

const KEPT_DAYS = 30;
const DAY_MS = 86_400_000;

/** "29 days left", counted down to the moment it is removed for good. */
export const timeLeft = (deletedAt: string, now: number): string => {
  const days = Math.ceil((Date.parse(deletedAt) + KEPT_DAYS * DAY_MS - now) / DAY_MS);
  if (days <= 0) return "Removed today";
  return days === 1 ? "1 day left" : `${days} days left`;
};

const noteFor = (image: ListedImage): string =>
  isWhole(image) && image.deleted_at !== null ? timeLeft(image.deleted_at, Date.now()) : "";

const Actions = ({ act }: GallerySelection) => {
  const { change } = useChangeWithUndo();
  return (
    <SelectionButton
      icon={<RestoreIcon />}
      onClick={() => act((images) => change("restore", images).answer)}
    >
      Restore
    </SelectionButton>
  );
};

const Empty = () => (
  <EmptyState picture={<TrashIcon className="size-14 text-muted" />} title="No deleted pictures">
    <p>Pictures you delete wait here for {KEPT_DAYS} days, in case you change your mind.</p>
  </EmptyState>
);

const Intro = ({ selected, selectAll }: GallerySelection) => (
  <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-3 pb-3">
    <p className="max-w-prose text-muted">
      Pictures stay here for {KEPT_DAYS} days, under the day on which you deleted them, and only you
      see them. Then the original and everything made from it are removed for good. Select the ones
      you want back.
    </p>
    {selected.length === 0 && <Button onClick={selectAll}>Select all</Button>}
  </div>
);

export const TrashPage = () => (
  <Gallery
    list={useDeletedList()}
    label="Deleted pictures"
    failedTitle="The deleted pictures could not be loaded"
    empty={<Empty />}
    intro={Intro}
    actions={Actions}
    onOpen={null}
    noteFor={noteFor}
  />
);
