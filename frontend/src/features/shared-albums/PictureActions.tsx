/** What can be done with the picture in the viewer: saving it or its original, and taking it out. */
import type { ReactNode } from "react";

import { toProblem, type PictureSource } from "@/api";
import { DownloadIcon, RemoveFromAlbumIcon, SaveToLibraryIcon, useToast } from "@/ui";

type ActionProps = { label: string; icon: ReactNode; onClick: () => void };

const Action = ({ label, icon, onClick }: ActionProps) => (
  <button
    type="button"
    aria-label={label}
    title={label}
    onClick={onClick}
    className="flex size-11 items-center justify-center rounded-full bg-black/60 text-white hover:bg-black/80 focus-visible:outline-white"
  >
    {icon}
  </button>
);

type PictureActionsProps = {
  visit: PictureSource;
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
        <Action label="Save to my library" icon={<SaveToLibraryIcon />} onClick={onSave} />
      )}
      {onRemove && (
        <Action label="Remove from album" icon={<RemoveFromAlbumIcon />} onClick={onRemove} />
      )}
      {hasOriginal && (
        <Action label="Download the original" icon={<DownloadIcon />} onClick={save} />
      )}
    </div>
  );
};
