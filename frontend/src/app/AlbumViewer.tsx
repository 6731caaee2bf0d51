/** The viewer above an album, which goes through its pictures by the album's order. */
import { albumView, useAlbum, useOrderedNeighbours, type AlbumOrder } from "@/api";

import { ViewerLayer, ViewerWith, type OverGrid } from "./ViewerLayer";

type AlbumViewerProps = OverGrid & { albumId: string };

const OrderedViewer = ({ albumId, order, ...rest }: AlbumViewerProps & { order: AlbumOrder }) => (
  <ViewerWith
    {...rest}
    view={albumView(albumId)}
    neighbours={useOrderedNeighbours(rest.imageId, albumId, order)}
  />
);

const AlbumViewer = (props: AlbumViewerProps) => {
  const { data, isError } = useAlbum(props.albumId);
  if (!data && !isError) return null;
  return data && data.order !== "newest" ? (
    <OrderedViewer {...props} order={data.order} />
  ) : (
    <ViewerLayer {...props} view={albumView(props.albumId)} />
  );
};

export default AlbumViewer;
