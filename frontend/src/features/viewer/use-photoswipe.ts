/** The stage as a hook: it stands while the component is there, and follows what it is given. */
import { useEffect, useEffectEvent, useRef, type RefObject } from "react";

import type { Image } from "@/api";

import { PhotoSwipeAdapter, type PhotoSwipeEvents } from "./photoswipe/photoswipe-adapter";

type StageProps = {
  room: RefObject<HTMLElement | null>;
  images: readonly Image[];
  imageId: string;
  events: PhotoSwipeEvents;
};

/** Null in the ref: it is not set up yet, or already gone. */
export const usePhotoSwipe = ({
  room,
  images,
  imageId,
  events,
}: StageProps): RefObject<PhotoSwipeAdapter | null> => {
  const stage = useRef<PhotoSwipeAdapter | null>(null);
  const tell = useEffectEvent((say: (to: PhotoSwipeEvents) => void) => say(events));
  const setUp = useEffectEvent(
    (parent: HTMLElement) =>
      new PhotoSwipeAdapter({
        parent,
        images,
        id: imageId,
        events: {
          onShow: (id) => tell((to) => to.onShow(id)),
          onPulled: (isPulled) => tell((to) => to.onPulled(isPulled)),
          onLeaving: () => tell((to) => to.onLeaving()),
          onClosed: () => tell((to) => to.onClosed()),
          onTap: () => tell((to) => to.onTap()),
          onBroken: (image) => tell((to) => to.onBroken(image)),
          onMagnified: (image) => tell((to) => to.onMagnified(image)),
        },
      }),
  );

  useEffect(() => {
    if (!room.current) return;
    const made = setUp(room.current);
    stage.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(room.current);
    return () => {
      observer.disconnect();
      made.destroy();
      stage.current = null;
    };
  }, [room]);

  useEffect(() => {
    stage.current?.show(images, imageId);
  }, [images, imageId]);

  return stage;
};
