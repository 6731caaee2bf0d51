/** Changing the picture in view, and taking it back: from the message, with U or with Ctrl+Z. */
import { useEffect, useRef } from "react";

import { albumOf, belongsIn, changed, type BatchAction, type Image, type Listing } from "@/api";
import { useChangeWithUndo } from "@/components/gallery/use-change-with-undo";

type CurrentOptions = {
  view: Listing;
  images: readonly Image[];
  /** Where to go on first: those of the same stack, the nearest first. */
  beside: readonly string[];
  onNavigate: (id: string) => void;
  onClose: () => void;
};

const DONE: Record<BatchAction, string> = {
  delete: "Moved to Recently deleted",
  restore: "Restored",
  favourite: "Added to Favourites",
  unfavourite: "Removed from Favourites",
  archive: "Archived",
  unarchive: "Back in your timeline",
  add_to_album: "Added to the album",
  remove_from_album: "Removed from the album",
};

export const useChangeCurrent = (options: CurrentOptions) => {
  const { view, images, beside, onNavigate, onClose } = options;
  const { change, takeBack } = useChangeWithUndo();
  const done = useRef<{ image: Image; made: ReturnType<typeof change> }[]>([]);
  const isHere = useRef(false);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);

  const isBack = (image: Image) => {
    done.current = done.current.filter((one) => one.image.id !== image.id);
    // From the message, this may come when the viewer has been closed.
    if (isHere.current) onNavigate(image.id);
  };

  /** Goes on to the next picture where this one leaves the list by it. */
  const changeThis = (action: BatchAction, image: Image, album?: { id: string; title: string }) => {
    const isStaying = album ? albumOf(view) !== album.id : belongsIn(view)(changed(action, image));
    if (!isStaying) {
      // Keys can be quicker than the list: what left it a moment ago may still be in it.
      const gone = new Set(done.current.map((one) => one.image.id));
      const left = images.filter(({ id }) => !gone.has(id));
      const at = left.findIndex(({ id }) => id === image.id);
      const next = beside.find((id) => !gone.has(id)) ?? (left[at + 1] ?? left[at - 1])?.id;
      if (next !== undefined) onNavigate(next);
      else onClose();
    }
    const message = album ? `Removed from ${album.title}` : DONE[action];
    const made = change(action, [image], {
      ...(album ? { albumId: album.id } : {}),
      // The heart says it already.
      message: isStaying && action.endsWith("favourite") ? null : message,
      onUndo: () => isBack(image),
    });
    if (!isStaying) done.current.push({ image, made });
  };

  /** Brings back the last one that left the list. */
  const undo = () => {
    const last = done.current.at(-1);
    if (!last) return;
    takeBack(last.made);
    isBack(last.image);
  };

  return { changeThis, undo };
};
