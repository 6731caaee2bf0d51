/** Images deleted in the last 30 days: restore them, or delete them for good. */
import { createContext, lazy, Suspense, use, useCallback, useState } from "react";

import { isWhole, type ListedImage } from "@/api";
import { Gallery, type GallerySelection } from "@/components/gallery/Gallery";
import type { GalleryList } from "@/components/gallery/gallery-list";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { MAX_SELECTED } from "@/components/gallery/selection";
import { useChangeWithUndo } from "@/components/gallery/use-change-with-undo";
import { useDeletedList } from "@/components/gallery/use-deleted-list";
import { useDeleteForGoodWithWords } from "@/components/trash/use-delete-for-good";
import { counted } from "@/locale";
import { Button, EmptyState, RestoreIcon, TrashIcon } from "@/ui";

const DeleteForGoodDialog = lazy(async () => ({
  default: (await import("@/components/trash/DeleteForGoodDialog")).DeleteForGoodDialog,
}));

const KEPT_DAYS = 30;
const DAY_MS = 86_400_000;

type Ask = (images: readonly ListedImage[], isPart?: boolean) => Promise<unknown>;

/** Asks whether these are to be deleted for good, and does it; broken where they are not. */
const AskContext = createContext<Ask>(() => Promise.reject(new Error("outside of the page")));

/** "29 days left", counted down to the moment it is removed for good. */
export const timeLeft = (deletedAt: string, now: number): string => {
  const days = Math.ceil((Date.parse(deletedAt) + KEPT_DAYS * DAY_MS - now) / DAY_MS);
  if (days <= 0) return "Removed today";
  return `${counted(days, "day")} left`;
};

const noteFor = (image: ListedImage): string =>
  isWhole(image) && image.deleted_at !== null ? timeLeft(image.deleted_at, Date.now()) : "";

const Actions = ({ act }: GallerySelection) => {
  const { change } = useChangeWithUndo();
  const ask = use(AskContext);
  return (
    <>
      <SelectionButton
        icon={<RestoreIcon />}
        onClick={() => act((images) => change("restore", images).answer)}
      >
        Restore
      </SelectionButton>
      <SelectionButton icon={<TrashIcon />} onClick={() => act((images) => ask(images))}>
        Delete for good
      </SelectionButton>
    </>
  );
};

const Empty = () => (
  <EmptyState picture={<TrashIcon className="size-14 text-muted" />} title="No deleted pictures">
    <p>Deleted pictures are kept here for {KEPT_DAYS} days.</p>
  </EmptyState>
);

const alreadyTold = (): void => undefined;

/** Counts what there is before it asks. */
const EmptyTrashButton = ({ loadFirst }: Pick<GalleryList, "loadFirst">) => {
  const ask = use(AskContext);
  const [isCounting, setIsCounting] = useState(false);
  const onClick = async () => {
    setIsCounting(true);
    try {
      const images = await loadFirst(MAX_SELECTED);
      setIsCounting(false);
      await ask(images, images.length >= MAX_SELECTED);
    } finally {
      setIsCounting(false);
    }
  };
  return (
    <Button busy={isCounting} onClick={() => void onClick().catch(alreadyTold)}>
      Delete all for good
    </Button>
  );
};

type IntroProps = GallerySelection & Pick<GalleryList, "loadFirst">;

const Intro = ({ selected, selectAll, loadFirst }: IntroProps) => (
  <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-3 pb-3">
    <p className="max-w-prose text-muted">
      Pictures stay here for {KEPT_DAYS} days, under the day on which you deleted them, and only you
      see them. Then the original and everything made from it are removed for good.
    </p>
    {selected.length === 0 && (
      <div className="flex gap-3">
        <Button onClick={selectAll}>Select all</Button>
        <EmptyTrashButton loadFirst={loadFirst} />
      </div>
    )}
  </div>
);

type Asked = {
  images: readonly ListedImage[];
  isPart: boolean;
  onConfirm: () => void;
  onCancel: () => void;
};

type TrashPageProps = { openId: string | null; onOpen: (id: string) => void };

export const TrashPage = ({ openId, onOpen }: TrashPageProps) => {
  const list = useDeletedList();
  const deleteForGood = useDeleteForGoodWithWords();
  const [asked, setAsked] = useState<Asked | null>(null);
  const ask = useCallback<Ask>(
    (images, isPart = false) =>
      new Promise<void>((resolve, reject: (reason: Error) => void) =>
        setAsked({
          images,
          isPart,
          onConfirm: () => {
            setAsked(null);
            deleteForGood(isPart ? "all" : images).then(resolve, reject);
          },
          onCancel: () => {
            setAsked(null);
            reject(new Error("not confirmed"));
          },
        }),
      ),
    [deleteForGood],
  );
  return (
    <AskContext value={ask}>
      <Gallery
        list={list}
        label="Deleted pictures"
        failedTitle="The deleted pictures could not be loaded"
        empty={<Empty />}
        intro={(selection) => <Intro {...selection} loadFirst={list.loadFirst} />}
        actions={Actions}
        path="/deleted"
        onOpen={onOpen}
        open={openId === null ? null : { id: openId, at: null }}
        onDelete={ask}
        noteFor={noteFor}
      />
      {asked && (
        <Suspense fallback={null}>
          <DeleteForGoodDialog
            images={asked.images}
            isPart={asked.isPart}
            onConfirm={asked.onConfirm}
            onClose={asked.onCancel}
          />
        </Suspense>
      )}
    </AskContext>
  );
};
