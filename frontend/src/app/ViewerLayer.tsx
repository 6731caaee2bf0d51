/** The viewer above the timeline, with the pictures that the timeline has. */
import { Suspense, useEffect } from "react";

import { useImages, useMoreImages, type Image } from "@/api";
import { Button, Spinner, VisuallyHidden } from "@/ui";

import { ErrorBoundary } from "./ErrorBoundary";
import { Viewer } from "./lazy-screens";

/** So many pictures before the end the next page is asked for. */
const NEAR_END = 10;
const NONE: readonly Image[] = [];

type ViewerLayerProps = {
  imageId: string;
  onShow: (id: string) => void;
  onClose: () => void;
};

const Opening = ({ onClose }: { onClose: () => void }) => (
  <div className="fixed inset-0 z-40 flex flex-col items-center justify-center gap-6 bg-black text-white">
    <div role="status">
      <Spinner className="size-8" />
      <VisuallyHidden>Opening the picture</VisuallyHidden>
    </div>
    <Button onClick={onClose}>Close</Button>
  </div>
);

export const ViewerLayer = ({ imageId, onShow, onClose }: ViewerLayerProps) => {
  const images = useImages({ deleted: false }).data?.images ?? NONE;
  const { loadMore } = useMoreImages({ deleted: false });
  const index = images.findIndex(({ id }) => id === imageId);
  const isNearEnd = index !== -1 && index >= images.length - NEAR_END;
  useEffect(() => {
    if (isNearEnd) loadMore();
  }, [isNearEnd, loadMore]);

  return (
    <ErrorBoundary
      title="This picture cannot be opened"
      onRetry={onClose}
      className="fixed inset-0 z-40 flex items-center bg-canvas"
    >
      <Suspense fallback={<Opening onClose={onClose} />}>
        <Viewer imageId={imageId} images={images} onClose={onClose} onNavigate={onShow} />
      </Suspense>
    </ErrorBoundary>
  );
};
