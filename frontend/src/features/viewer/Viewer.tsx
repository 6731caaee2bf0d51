/** One picture over the whole window, on its own address; the timeline waits beneath. */
import { useRef } from "react";

import { toProblem, useImage, useKnownImages, type Image, type Listing } from "@/api";

import { useInertBackground } from "./use-inert-background";
import { ViewerContent } from "./ViewerContent";
import { ViewerMessage } from "./ViewerMessage";

import "./viewer.css";

export type ViewerProps = {
  /** The list that it is opened from. */
  view: Listing;
  imageId: string;
  /** The pictures around it as far as they are known, newest first. It need not be among them. */
  images: readonly Image[];
  /** How many of the list come before the first of these, and how many it has; null: that is not known. */
  before: number;
  total: number | null;
  onClose: () => void;
  onNavigate: (id: string) => void;
};

export const Viewer = (props: ViewerProps) => {
  const root = useRef<HTMLDivElement>(null);
  useInertBackground(root);
  return (
    <div
      ref={root}
      role="dialog"
      aria-modal="true"
      aria-label="Picture"
      tabIndex={-1}
      className="viewer fixed inset-0 z-40 outline-none"
    >
      <Content {...props} />
    </div>
  );
};

const Content = ({ view, imageId, images, before, total, onClose, onNavigate }: ViewerProps) => {
  const { data: detail, error, isFetching, refetch } = useImage(imageId);
  const isListed = images.some(({ id }) => id === imageId);
  // Of a stack whose cover is just gone: were it loaded first, what can be undone would be forgotten.
  const known = useKnownImages().get(imageId);
  const alone = detail ?? known;
  const problem = error && toProblem(error);

  // 422: what stands in the address is no id at all.
  const isUnknown = problem?.status === 404 || problem?.status === 422;
  const isDeleted = !isListed && detail !== undefined && detail.deleted_at !== null;
  if (isUnknown || (isDeleted && view !== "trash")) {
    return (
      <ViewerMessage title="There is no such picture" onClose={onClose}>
        It may have been deleted, or it belongs to someone else.
      </ViewerMessage>
    );
  }
  if (isListed || alone) {
    return (
      <ViewerContent
        images={isListed ? images : alone ? [alone] : []}
        place={isListed && total !== null ? { before, total } : null}
        view={view}
        imageId={imageId}
        detail={detail ?? null}
        onClose={onClose}
        onNavigate={onNavigate}
      />
    );
  }
  if (!problem || isFetching) return <ViewerMessage title="Loading" isBusy onClose={onClose} />;
  return (
    <ViewerMessage
      title="The picture could not be loaded"
      onRetry={() => void refetch()}
      onClose={onClose}
    >
      {problem.detail}
    </ViewerMessage>
  );
};
