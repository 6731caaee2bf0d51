/** Deleting the picture in view, and taking it back: from the message, with U or with Ctrl+Z. */
import { useEffect, useRef } from "react";

import { toProblem, useDeleteImages, useRestoreImages, useWatchReturn, type Image } from "@/api";
import { useToast } from "@/ui";

type Deletion = {
  images: readonly Image[];
  onNavigate: (id: string) => void;
  onClose: () => void;
};

export const useDeleteCurrent = ({ images, onNavigate, onClose }: Deletion) => {
  const { mutateAsync: deleteImages } = useDeleteImages();
  const { mutateAsync: restoreImages } = useRestoreImages();
  const watchReturn = useWatchReturn();
  const toast = useToast();
  const deleted = useRef<Image[]>([]);
  const isHere = useRef(false);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);

  const complain = (error: unknown) =>
    toast.show({ message: toProblem(error).detail, tone: "error" });

  const restore = (image: Image) => {
    deleted.current = deleted.current.filter(({ id }) => id !== image.id);
    restoreImages([image]).catch(complain);
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
    deleteImages([image]).catch(complain);
    toast.show({
      message: "Moved to Recently deleted",
      action: { label: "Undo", onAction: () => restore(image) },
      watch: watchReturn([image]),
    });
  };

  /** Brings back the last one. */
  const undo = () => {
    const last = deleted.current.at(-1);
    if (last) restore(last);
  };

  return { remove, undo };
};
