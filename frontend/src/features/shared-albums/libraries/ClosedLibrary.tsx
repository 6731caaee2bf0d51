/** A library that is not shared with this person, or not any more. */
import { NotShared } from "../ClosedAlbum";

export const ClosedLibrary = () => (
  <NotShared what="library">
    Its owner may have stopped sharing it, or you left it. Ask whose it is to invite you again.
  </NotShared>
);
