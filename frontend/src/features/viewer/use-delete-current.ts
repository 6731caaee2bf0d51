/** Deleting the picture in view, and taking it back: from the message, with U or with Ctrl+Z. */
import { useEffect, useRef } from "react";

import type { Image } from "@/api";
import { useDeleteWithUndo } from "@/components/gallery/use-delete-with-undo";

type Deletion = {
  images: readonly Image[];
  onNavigate: (id: string) => void;
  onClose: () => void;
};

export const useDeleteCurrent = ({ images, onNavigate, onClose }: Deletion) => {
  const { deleteWithUndo, restore: restoreImages } = useDeleteWithUndo();
  const deleted = useRef<Image[]>([]);
  const isHere = useRef(false);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);

  const restore = (image: Image) => {
    deleted.current = deleted.current.filter(({ id }) => id !== image.id);
    restoreImages([image]);
    // From the message, this may come when the viewer has been closed.
    if (isHere.current) onNavigate(image.id);
  };

  const remove = (image: Image) => {
    // Keys can be quicker than the list: what was deleted a moment ago may still be in it.
    const gone = new Set(deleted.current.map(({ id }) => id));
    const left = images.filter(({ id }) => !gone.has(id));
    const at = left.findIndex(({ id }) => id === image.id);
    const next = left[at + 1] ?? left[at - 1];
    deleted.current.push(image);
    if (next) onNavigate(next.id);
    else onClose();
    deleteWithUndo([image], {
      message: "Moved to Recently deleted",
      onUndo: () => restore(image),
    });
  };

  /** Brings back the last one. */
  const undo = () => {
    const last = deleted.current.at(-1);
    if (last) restore(last);
  };

  return { remove, undo };
};
