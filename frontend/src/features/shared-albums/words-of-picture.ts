/** Texts for a picture of a shared album. */
import type { MemberImage, SharedAlbum, SharedImage } from "@/api";

type Said = { lines: readonly string[]; isMine: boolean; canSave: boolean; hasOriginal: boolean };

/** The viewer knows of pictures of links; those of albums have more to them. */
const isOfAlbum = (image: SharedImage): image is MemberImage => "added_by" in image;

/** `isMine`: it can be taken out: the owner of the album may do so with what others added. */
export const wordsOfPicture = (image: SharedImage, album: SharedAlbum): Said => {
  if (!isOfAlbum(image)) return { lines: [], isMine: false, canSave: false, hasOriginal: false };
  const isOwners = image.added_by === album.owner;
  const who = image.is_mine ? "Added by you" : `Added by ${image.added_by}`;
  return {
    lines: [image.place, who].filter((line) => line !== null),
    isMine: !isOwners && (image.is_mine || album.role === "owner"),
    canSave: !image.is_mine,
    hasOriginal: image.has_original,
  };
};
