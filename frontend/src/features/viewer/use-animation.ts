/** A picture that moves: at once, unless this person asked for less motion; and it can be stopped. */
import { useEffect, useEffectEvent, useState, type RefObject } from "react";

import type { ImageDetail } from "@/api";

import type { PhotoSwipeAdapter } from "./photoswipe/photoswipe-adapter";

export type Animation = { isPlaying: boolean; toggle: () => void };

/** Null: the picture in view does not move. */
export const useAnimation = (
  stage: RefObject<PhotoSwipeAdapter | null>,
  detail: ImageDetail | null,
): Animation | null => {
  const [wanted, setWanted] = useState(
    () => !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
  );
  const show = useEffectEvent((isPlaying: boolean) => {
    const url = isPlaying ? detail?.animation_url : detail?.preview_url;
    // Fails silently: the preview is there, only it stands still.
    if (detail && url) stage.current?.sharpen(detail.id, url).catch(() => undefined);
  });
  const id = detail?.animation_url ? detail.id : null;
  const [touched, setTouched] = useState(false);

  useEffect(() => {
    if (id !== null && (wanted || touched)) show(wanted);
  }, [id, wanted, touched]);

  if (id === null) return null;
  const toggle = () => {
    setTouched(true);
    setWanted(!wanted);
  };
  return { isPlaying: wanted, toggle };
};
