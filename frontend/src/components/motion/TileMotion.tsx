/** A tile's moving part: it plays while a mouse rests on the tile, or when its badge is pressed. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef } from "react";

import { fetchMotion, imageAlt, type Image } from "@/api";
import { MotionVideo } from "./MotionVideo";
import { useMotion } from "./use-motion";
import { classNames, MotionIcon, Spinner } from "@/ui";

/** A mouse on its way elsewhere asks for nothing. */
const REST_MS = 250;

type TileMotionProps = { image: Image; tabIndex: number; isSelected: boolean };

const TileMotion = ({ image, tabIndex, isSelected }: TileMotionProps) => {
  const client = useQueryClient();
  const badge = useRef<HTMLButtonElement>(null);
  const motion = useMotion(() => fetchMotion(client, image.id));
  const playByItself = useEffectEvent(() => {
    if (!motion.isWanted && motion.problem === null) motion.play();
  });
  const stop = useEffectEvent(() => motion.stop());

  useEffect(() => {
    const tile = badge.current?.closest("li");
    if (!tile) return;
    let timer: ReturnType<typeof setTimeout>;
    const rest = () => {
      if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
      timer = setTimeout(() => playByItself(), REST_MS);
    };
    const enter = (event: PointerEvent) => {
      if (event.pointerType === "mouse") rest();
    };
    // The mouse may have been there before this was loaded.
    if (tile.matches(":hover") && window.matchMedia("(hover: hover)").matches) rest();
    const leave = (event: PointerEvent) => {
      clearTimeout(timer);
      if (event.pointerType === "mouse") stop();
    };
    tile.addEventListener("pointerenter", enter);
    tile.addEventListener("pointerleave", leave);
    return () => {
      clearTimeout(timer);
      tile.removeEventListener("pointerenter", enter);
      tile.removeEventListener("pointerleave", leave);
    };
  }, []);

  return (
    <>
      {motion.url !== null && (
        <MotionVideo
          url={motion.url}
          isLooping
          onEnded={motion.stop}
          onFailed={motion.onFailed}
          className={classNames("rounded-md object-cover", isSelected && "scale-[0.9] rounded-xl")}
        />
      )}
      {motion.problem !== null && (
        <span
          role="status"
          className="pointer-events-none absolute inset-x-1.5 top-11 rounded-xl bg-black/75 px-2 py-1 text-xs text-white"
        >
          {motion.problem}
        </span>
      )}
      <button
        ref={badge}
        type="button"
        tabIndex={tabIndex}
        aria-pressed={motion.isWanted}
        aria-label={`Play the moving part of ${imageAlt(image)}`}
        title="Motion photo"
        onClick={motion.isWanted ? motion.stop : motion.play}
        className="absolute top-0 right-0 flex size-11 items-center justify-center rounded-full focus-visible:-outline-offset-4"
      >
        <span className="flex size-6 items-center justify-center rounded-full bg-black/70 text-white">
          {motion.isWanted && motion.url === null ? (
            <Spinner />
          ) : (
            <MotionIcon className="size-4.5" />
          )}
        </span>
      </button>
    </>
  );
};

export default TileMotion;
