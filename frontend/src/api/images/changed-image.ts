/** The optimistic state of an image after a batch action. */
import { ARCHIVED, isWhole, type ListedImage } from "./listed-image";
import type { Batch } from "../types";

/** Actions on dates: what an image is after them, its file may have to say. */
type DateAction = "set_taken" | "shift_taken" | "set_offset" | "reset_taken" | "restore_taken";
/** No list says where an image was taken. */
type LocationAction = "set_location" | "reset_location" | "restore_location";
/** No list says which tags an image has. */
type TagAction = "add_tag" | "remove_tag";
/** What is shown of a stack, the server knows best. */
type StackAction = "stack" | "unstack" | "make_cover" | "restore_stacks";
/** After `delete_for_good` it is none. */
export type BatchAction = Exclude<
  Batch["action"],
  DateAction | LocationAction | TagAction | StackAction | "delete_for_good"
>;

/** A row of a timeline cannot say that it is deleted: those are taken out of the lists. */
export const changed = <T extends ListedImage>(action: BatchAction, image: T): T => {
  const now = new Date().toISOString();
  switch (action) {
    case "favourite":
      return { ...image, favourite: true };
    case "unfavourite":
      return { ...image, favourite: false };
    case "archive":
      return { ...image, archived_at: image.archived_at ?? (isWhole(image) ? now : ARCHIVED) };
    case "unarchive":
      return { ...image, archived_at: null };
    case "delete":
      return isWhole(image) ? { ...image, deleted_at: image.deleted_at ?? now } : image;
    case "restore":
      return isWhole(image) ? { ...image, deleted_at: null } : image;
    // An image does not say which albums it is in.
    case "add_to_album":
    case "remove_from_album":
      return image;
  }
};

export const OPPOSITE: Record<BatchAction, BatchAction> = {
  delete: "restore",
  restore: "delete",
  favourite: "unfavourite",
  unfavourite: "favourite",
  archive: "unarchive",
  unarchive: "archive",
  add_to_album: "remove_from_album",
  remove_from_album: "add_to_album",
};
