/** A person's pictures, favourites or archive, newest first, with a scrubber beside them. */
import { lazy, useCallback, type ComponentType } from "react";

import { useMomentOf, type ListedImage, type View } from "@/api";
import { Gallery, type GallerySelection } from "@/components/gallery/Gallery";
import { useChangeWithUndo } from "@/components/gallery/use-change-with-undo";

import { EmptyView } from "./EmptyView";
import { GoToDate } from "./GoToDate";
import { Scrubber } from "./Scrubber";
import { useTimelineList } from "./timeline-list";

const loadActions = () => import("./ViewActions");

type Wording = { label: string; failedTitle: string; Actions: ComponentType<GallerySelection> };

const VIEWS: Record<View, Wording> = {
  timeline: {
    label: "Your pictures, newest first",
    failedTitle: "Your pictures could not be loaded",
    Actions: lazy(async () => ({ default: (await loadActions()).TimelineActions })),
  },
  favourites: {
    label: "Your favourites, newest first",
    failedTitle: "Your favourites could not be loaded",
    Actions: lazy(async () => ({ default: (await loadActions()).TimelineActions })),
  },
  archive: {
    label: "Your archive, newest first",
    failedTitle: "Your archive could not be loaded",
    Actions: lazy(async () => ({ default: (await loadActions()).ArchiveActions })),
  },
};

type TimelineProps = {
  view: View;
  /** Where it is, without a slash at the end: "" or "/archive". */
  path: string;
  openId: string | null;
  onOpen: (id: string) => void;
  onUpload: () => void;
};

export const Timeline = ({ view, path, openId, onOpen, onUpload }: TimelineProps) => {
  const list = useTimelineList(view);
  const { change } = useChangeWithUndo();
  const onDelete = useCallback(
    (images: readonly ListedImage[]) => change("delete", images).answer,
    [change],
  );
  const at = useMomentOf(openId);
  const { label, failedTitle, Actions } = VIEWS[view];

  return (
    <Gallery
      list={list}
      label={label}
      failedTitle={failedTitle}
      empty={<EmptyView view={view} onUpload={onUpload} />}
      actions={Actions}
      path={path}
      onOpen={onOpen}
      open={openId === null ? null : { id: openId, at }}
      onDelete={onDelete}
      keepsPlace
      beside={(control) => (
        <>
          <Scrubber {...control} />
          <GoToDate scroll={control.scroll} isPaused={openId !== null} />
        </>
      )}
    />
  );
};
