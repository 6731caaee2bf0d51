/** A person's pictures, favourites, archive or an album, newest first, with a scrubber beside them. */
import { lazy, Suspense, useCallback, type ComponentType, type ReactNode } from "react";

import { useOpenTile, type ListedImage, type MainView, type View } from "@/api";
import { Gallery, type GallerySelection } from "@/components/gallery/Gallery";
import { useChangeWithUndo } from "@/components/gallery/use-change-with-undo";
import { stackNote } from "@/components/stacks/stack-note";

import { GoToDate } from "./GoToDate";
import { Scrubber } from "./Scrubber";
import { useTimelineList } from "./timeline-list";

const EmptyView = lazy(() => import("./EmptyView"));
const loadActions = () => import("./ViewActions");

type Wording = { label: string; failedTitle: string; Actions: ComponentType<GallerySelection> };
type Look = Wording & { empty: ReactNode };

const VIEWS: Record<MainView, Wording> = {
  timeline: {
    label: "Your pictures, newest first",
    failedTitle: "Your pictures could not be loaded",
    Actions: lazy(async () => ({ default: (await loadActions()).TimelineActions })),
  },
  favourites: {
    label: "Your favourites, newest first",
    failedTitle: "Your favourites could not be loaded",
    Actions: lazy(async () => ({ default: (await loadActions()).ViewActions })),
  },
  archive: {
    label: "Your archive, newest first",
    failedTitle: "Your archive could not be loaded",
    Actions: lazy(async () => ({ default: (await loadActions()).ViewActions })),
  },
};

export const MainTimeline = ({
  view,
  onUpload,
  ...rest
}: Omit<TimelineProps, "look"> & { view: MainView; onUpload: () => void }) => (
  <Timeline
    view={view}
    look={{
      ...VIEWS[view],
      empty: (
        <Suspense fallback={null}>
          <EmptyView view={view} onUpload={onUpload} />
        </Suspense>
      ),
    }}
    {...rest}
  />
);

type TimelineProps = {
  view: View;
  look: Look;
  /** Where it is, without a slash at the end: "" or "/archive". */
  path: string;
  openId: string | null;
  onOpen: (id: string) => void;
};

export const Timeline = ({ view, look, path, openId, onOpen }: TimelineProps) => {
  const list = useTimelineList(view);
  const { change } = useChangeWithUndo();
  const onDelete = useCallback(
    (images: readonly ListedImage[]) =>
      change("delete", images, { wholeStacks: view === "timeline" }).answer,
    [change, view],
  );
  const open = useOpenTile(openId, view);
  const { label, failedTitle, empty, Actions } = look;

  return (
    <Gallery
      list={list}
      label={label}
      failedTitle={failedTitle}
      empty={empty}
      actions={Actions}
      path={path}
      onOpen={onOpen}
      open={open}
      {...(view === "timeline" ? { noteFor: stackNote } : {})}
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
