/** The viewer above a timeline, with the pictures around the one that is open. */
import { Suspense } from "react";

import { useNeighbours, type View } from "@/api";
import { Button, Spinner, VisuallyHidden } from "@/ui";

import { ErrorBoundary } from "./ErrorBoundary";
import { Viewer } from "./lazy-screens";

type ViewerLayerProps = {
  view: View;
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

export const ViewerLayer = ({ view, imageId, onShow, onClose }: ViewerLayerProps) => {
  const { images, before, total } = useNeighbours(imageId, view);

  return (
    <ErrorBoundary
      title="This picture cannot be opened"
      onRetry={onClose}
      className="fixed inset-0 z-40 flex items-center bg-canvas"
    >
      <Suspense fallback={<Opening onClose={onClose} />}>
        <Viewer
          view={view}
          imageId={imageId}
          images={images}
          before={before}
          total={total}
          onClose={onClose}
          onNavigate={onShow}
        />
      </Suspense>
    </ErrorBoundary>
  );
};
