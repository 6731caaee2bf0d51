/** The viewer above a timeline, with the pictures around the one that is open. */
import { useNeighbours, type Listing, type Neighbours, type View } from "@/api";
import { Button, Spinner, VisuallyHidden } from "@/ui";

import { ErrorBoundary } from "./ErrorBoundary";
import { Viewer } from "./lazy-screens";

/** The picture that is open above a grid, and ways on and back. */
export type OverGrid = {
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

type ViewerWithProps = OverGrid & { view: Listing; neighbours: Neighbours };

export const ViewerWith = ({ neighbours, onShow, onClose, ...rest }: ViewerWithProps) => (
  <ErrorBoundary
    title="This picture cannot be opened"
    onRetry={onClose}
    className="fixed inset-0 z-40 flex items-center bg-canvas"
  >
    <Viewer
      {...rest}
      {...neighbours}
      onClose={onClose}
      onNavigate={onShow}
      fallback={<Opening onClose={onClose} />}
    />
  </ErrorBoundary>
);

export const ViewerLayer = (props: OverGrid & { view: View }) => (
  <ViewerWith {...props} neighbours={useNeighbours(props.imageId, props.view)} />
);
