/** The moving part over the still of it in the viewer, and words where it cannot be played. */
import { MotionVideo } from "@/components/motion/MotionVideo";
import type { Motion } from "@/components/motion/use-motion";

export const MovingPart = ({ motion }: { motion: Motion }) => (
  <>
    {motion.url !== null && (
      <MotionVideo
        url={motion.url}
        isLooping={false}
        onEnded={motion.stop}
        onUnplayable={motion.onUnplayable}
        className="bg-black object-contain"
      />
    )}
    {motion.problem !== null && (
      <p
        role="status"
        className="absolute inset-x-4 top-20 mx-auto w-fit max-w-[36rem] rounded-2xl bg-black/75 px-4 py-2 text-sm text-white"
      >
        {motion.problem}
      </p>
    )}
  </>
);
