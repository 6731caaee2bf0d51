/** The blur of colours that stands in for a picture until it arrives (evanw.github.io/thumbhash). */
import { useCallback } from "react";
import { thumbHashToRGBA } from "thumbhash";

const draw = (canvas: HTMLCanvasElement, hash: string): void => {
  const bytes = Uint8Array.from(atob(hash), (character) => character.charCodeAt(0));
  const { w, h, rgba } = thumbHashToRGBA(bytes);
  canvas.width = w;
  canvas.height = h;
  const pixels = new ImageData(new Uint8ClampedArray(rgba), w, h);
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
};

/** Fills its parent. A hash that cannot be read leaves it empty: the parent's ground shows. */
export const ThumbHashCanvas = ({ hash }: { hash: string }) => {
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
  return <canvas ref={show} aria-hidden="true" className="absolute inset-0 size-full" />;
};
