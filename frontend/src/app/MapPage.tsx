/** The page of the map, and the viewer above it, which goes through what is listed beside the map. */
import { useKnownImages, useMapImages } from "@/api";
import { MapPage as Page, useListedBox } from "@/features/map";

import { openFilePicker } from "./upload-pickers";
import { useLoadAhead } from "./use-load-ahead";
import { ViewerWith, type OverGrid } from "./ViewerLayer";

/** So many before the end, more are asked for. */
const NEAR_END = 10;

export const MapPage = ({ onOpen }: { onOpen: (id: string) => void }) => (
  <Page onOpen={onOpen} onUpload={openFilePicker} />
);

export const MapViewer = (props: OverGrid) => {
  const { images, hasMore, loadMore } = useMapImages(useListedBox());
  const known = useKnownImages();
  const now = images.map((image) => known.get(image.id) ?? image);
  useLoadAhead(props.imageId, { images, hasMore, loadMore, ahead: NEAR_END });
  return (
    <ViewerWith
      {...props}
      view="timeline"
      neighbours={{ images: now, before: 0, total: now.length }}
    />
  );
};
