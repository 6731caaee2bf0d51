/** What can be done with the picture in the viewer: saving it or its original, and taking it out. */
import { toProblem, type MemberVisit } from "@/api";
import { DownloadIcon, RemoveFromAlbumIcon, SaveToLibraryIcon, useToast } from "@/ui";

const round =
  "flex size-11 items-center justify-center rounded-full bg-black/60 text-white hover:bg-black/80 focus-visible:outline-white";

type PictureActionsProps = {
  visit: MemberVisit;
  imageId: string;
  hasOriginal: boolean;
  onRemove: (() => void) | null;
  /** null: it is in one's library. */
  onSave: (() => void) | null;
};

export const PictureActions = (props: PictureActionsProps) => {
  const { visit, imageId, hasOriginal, onRemove, onSave } = props;
  const toast = useToast();
  const save = () => {
    visit.original(imageId).then(
      (url) => window.location.assign(url),
      (error: unknown) => toast.show({ tone: "error", message: toProblem(error).detail }),
    );
  };
  return (
    <div className="ml-auto flex gap-2">
      {onSave && (
        <button
          type="button"
          aria-label="Save to my library"
          title="Save to my library"
          onClick={onSave}
          className={round}
        >
          <SaveToLibraryIcon />
        </button>
      )}
      {onRemove && (
        <button
          type="button"
          aria-label="Remove from album"
          title="Remove from album"
          onClick={onRemove}
          className={round}
        >
          <RemoveFromAlbumIcon />
        </button>
      )}
      {hasOriginal && (
        <button
          type="button"
          aria-label="Download the original"
          title="Download the original"
          onClick={save}
          className={round}
        >
          <DownloadIcon />
        </button>
      )}
    </div>
  );
};
