/** Options of PhotoSwipe. */
import type { PhotoSwipeOptions } from "photoswipe";

/** Times the size at which the whole picture fits. */
const DOUBLE_TAP_ZOOM = 2.5;
const MOST_ZOOM = 8;

export const OPTIONS: PhotoSwipeOptions = {
  showHideAnimationType: "zoom",
  showAnimationDuration: 260,
  hideAnimationDuration: 220,
  zoomAnimationDuration: 220,
  bgOpacity: 1,
  spacing: 0.06,
  loop: false,
  preload: [1, 2],
  wheelToZoom: true,
  secondaryZoomLevel: ({ fit }) => fit * DOUBLE_TAP_ZOOM,
  maxZoomLevel: ({ fit }) => fit * MOST_ZOOM,
  imageClickAction: false,
  bgClickAction: false,
  doubleTapAction: "zoom",
  clickToCloseNonZoomable: false,
  preloaderDelay: 800,
  errorMsg: "This picture did not load.",
  // Buttons, keys and the focus are the viewer's.
  arrowPrev: false,
  arrowNext: false,
  zoom: false,
  close: false,
  counter: false,
  arrowKeys: false,
  escKey: false,
  trapFocus: false,
  returnFocus: false,
};
