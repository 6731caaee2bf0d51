/** Public parts of the shared albums feature. */
export { ClosedAlbum } from "./ClosedAlbum";
export { ClosedLibrary } from "./libraries/ClosedLibrary";
export { SharedLibraryHeader } from "./libraries/SharedLibraryHeader";
export { PictureActions } from "./PictureActions";
export { SharedAlbumHeader } from "./SharedAlbumHeader";
export { SharedWithMePage } from "./SharedWithMePage";
export { wordsOfPicture } from "./words-of-picture";
export { useRemoval } from "./use-removal";
export { useSaving } from "./use-save-to-library";
