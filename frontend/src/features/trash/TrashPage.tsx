/** What was deleted in the last 30 days, and the way back. */
import { toProblem, useRestoreImages, type Image } from "@/api";
import { Gallery, type GallerySelection } from "@/components/gallery/Gallery";
import { picturesInWords } from "@/components/gallery/use-delete-with-undo";
import { useImageList } from "@/components/gallery/use-image-list";
import { Button, EmptyState, RestoreIcon, TrashIcon, useToast } from "@/ui";

const KEPT_DAYS = 30;
const DAY_MS = 86_400_000;

/** "29 days left", counted down to the moment it is removed for good. */
export const timeLeft = (deletedAt: string, now: number): string => {
  const days = Math.ceil((Date.parse(deletedAt) + KEPT_DAYS * DAY_MS - now) / DAY_MS);
  if (days <= 0) return "Removed today";
  return days === 1 ? "1 day left" : `${days} days left`;
};

const noteFor = (image: Image): string =>
  image.deleted_at === null ? "" : timeLeft(image.deleted_at, Date.now());

const useRestore = () => {
  const { mutateAsync: restore } = useRestoreImages();
  const toast = useToast();
  // By promise: callbacks of mutate() are dropped with the grid, which goes with its last picture.
  return (images: readonly Image[]) =>
    void restore(images).then(
      () => toast.show({ message: `${picturesInWords(images.length)} back in your timeline` }),
      (error: unknown) => toast.show({ tone: "error", message: toProblem(error).detail }),
    );
};

const Empty = () => (
  <EmptyState
    picture={<TrashIcon className="size-14 text-muted" />}
    title="Nothing was deleted lately"
  >
    <p>Pictures you delete wait here for {KEPT_DAYS} days, in case you change your mind.</p>
  </EmptyState>
);

const Intro = ({ selected, selectAll }: GallerySelection) => (
  <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-3 pb-3">
    <p className="max-w-prose text-muted">
      Pictures stay here for {KEPT_DAYS} days after you delete them, and only you see them. Then the
      original and everything made from it are removed for good. Select the ones you want back.
    </p>
    {selected.length === 0 && <Button onClick={selectAll}>Select all</Button>}
  </div>
);

export const TrashPage = () => {
  const list = useImageList({ deleted: true });
  const restore = useRestore();
  return (
    <Gallery
      list={list}
      label="Deleted pictures"
      failedTitle="The deleted pictures could not be loaded"
      empty={<Empty />}
      intro={Intro}
      actions={({ selected }) => (
        <Button look="primary" icon={<RestoreIcon />} onClick={() => restore(selected)}>
          Restore
        </Button>
      )}
      onOpen={null}
      noteFor={noteFor}
    />
  );
};
