/** The moving part of a picture of a share, or a video, where its owner lets visitors have originals. */
import type { SharedImage, PictureSource } from "@/api";
import { MotionVideo } from "@/components/motion/MotionVideo";
import { useMotion } from "@/components/motion/use-motion";
import { MotionIcon, PauseIcon } from "@/ui";

export const SharedMotion = ({ visit, image }: { visit: PictureSource; image: SharedImage }) => {
  // Addresses work for a minute: it is asked anew.
  const motion = useMotion(async () => (await visit.image(image.id)).motion_url);
  return (
    <>
      {motion.url !== null && (
        <MotionVideo
          url={motion.url}
          isLooping={false}
          isWhole={image.is_video}
          onEnded={motion.stop}
          onFailed={motion.onFailed}
          className="bg-black object-contain"
        />
      )}
      {motion.problem !== null && (
        <p
          role="status"
          className="absolute inset-x-4 top-32 mx-auto w-fit max-w-[36rem] rounded-2xl bg-black/75 px-4 py-2 text-sm"
        >
          {motion.problem}
        </p>
      )}
      <button
        type="button"
        aria-label={`${motion.isWanted ? "Stop" : "Play"} the ${image.is_video ? "video" : "moving part"}`}
        onClick={motion.isWanted ? motion.stop : motion.play}
        className="absolute top-[max(4.25rem,calc(env(safe-area-inset-top)+3.5rem))] left-3 z-10 flex h-11 items-center gap-2 rounded-full bg-black/70 pr-4 pl-3 text-sm font-medium hover:bg-black/85 focus-visible:outline-white"
      >
        {motion.isWanted ? <PauseIcon /> : <MotionIcon />}
        {motion.isWanted ? "Stop" : "Play"}
      </button>
    </>
  );
};
