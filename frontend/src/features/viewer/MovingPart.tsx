/** The moving part over the still of it in the viewer, and words where it cannot be played. */
import { MotionVideo } from "@/components/motion/MotionVideo";
import type { Motion } from "@/components/motion/use-motion";
import { classNames, MotionIcon, PauseIcon } from "@/ui";

type MovingPartProps = {
  motion: Motion;
  still: { width: number | null; height: number | null };
};

export const MovingPart = ({ motion, still }: MovingPartProps) => (
  <>
    {motion.url !== null && (
      <MotionVideo
        url={motion.url}
        isLooping={false}
        onEnded={motion.stop}
        onFailed={motion.onFailed}
        most={still}
        className="bg-black object-contain"
      />
    )}
    {motion.problem !== null && (
      <p
        role="status"
        // On a phone below the title and the button that plays it.
        className="absolute inset-x-4 top-20 mx-auto max-sm:top-[calc(9.5rem+max(0.5rem,env(safe-area-inset-top)))] w-fit max-w-[36rem] rounded-2xl bg-black/75 px-4 py-2 text-sm text-white"
      >
        {motion.problem}
      </p>
    )}
  </>
);

type MotionButtonProps = { isPlaying: boolean; onPress: () => void; className?: string };

/** Where there is no room for it in the bar. */
export const MotionButton = ({ isPlaying, onPress, className }: MotionButtonProps) => (
  <button
    type="button"
    aria-label={isPlaying ? "Stop the moving part" : "Play the moving part"}
    onClick={onPress}
    className={classNames(
      "pointer-events-auto flex h-11 items-center gap-2 self-start rounded-full bg-black/70 pr-4 pl-3 text-sm font-medium text-white hover:bg-black/85 focus-visible:outline-white",
      className,
    )}
  >
    {isPlaying ? <PauseIcon /> : <MotionIcon />}
    {isPlaying ? "Stop" : "Play"}
  </button>
);
