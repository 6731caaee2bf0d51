/** The blur of colours that stands in for a picture until it arrives (evanw.github.io/thumbhash). */
import { useCallback } from "react";
import { thumbHashToRGBA } from "thumbhash";

import { classNames } from "@/ui";

const draw = (canvas: HTMLCanvasElement, hash: string): void => {
  const bytes = Uint8Array.from(atob(hash), (character) => character.charCodeAt(0));
  const { w, h, rgba } = thumbHashToRGBA(bytes);
  canvas.width = w;
  canvas.height = h;
  const pixels = new ImageData(new Uint8ClampedArray(rgba), w, h);
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
};

type ThumbHashCanvasProps = { hash: string; isFading?: boolean; onGone?: () => void };

/** Covers its parent until it has faded. A hash that cannot be read leaves it empty: what is below shows. */
export const ThumbHashCanvas = ({ hash, isFading = false, onGone }: ThumbHashCanvasProps) => {
  const show = useCallback(
    (canvas: HTMLCanvasElement | null) => {
      if (!canvas) return;
      try {
        draw(canvas, hash);
      } catch {
        canvas.width = 0;
      }
    },
    [hash],
  );
  return (
    <canvas
      ref={show}
      aria-hidden="true"
      onTransitionEnd={onGone}
      className={classNames(
        "pointer-events-none absolute inset-0 size-full transition-opacity duration-150",
        isFading && "opacity-0",
      )}
    />
  );
};
