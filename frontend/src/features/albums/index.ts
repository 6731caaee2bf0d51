/** Public parts of the albums feature. */
export { AlbumActions } from "./AlbumActions";
export { AlbumContext } from "./album-context";
export { AlbumHeader } from "./AlbumHeader";
export { AlbumsPage } from "./AlbumsPage";
export { EmptyAlbum } from "./EmptyAlbum";
export { OrderedAlbum } from "./OrderedAlbum";
