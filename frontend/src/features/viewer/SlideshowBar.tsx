/** Below the pictures of a slideshow: pause, how long each is shown, and the end. */
import { CloseIcon, IconButton, PauseIcon, PlayIcon } from "@/ui";

import { INTERVALS, type Interval, type Slideshow } from "./use-slideshow";

const light = "hover:bg-white/15!";

export const SlideshowBar = ({ show }: { show: Slideshow }) => {
  if (show.state === "off") return null;
  const isPlaying = show.state === "playing";
  return (
    <div
      role="group"
      aria-label="Slideshow"
      className="pointer-events-auto mx-auto mt-auto mb-[max(1.5rem,env(safe-area-inset-bottom))] flex items-center gap-1 rounded-full bg-black/75 px-1.5 py-1"
    >
      <p role="status" className="sr-only">
        {isPlaying ? "The slideshow is playing." : "The slideshow is paused."}
      </p>
      <IconButton
        label={isPlaying ? "Pause the slideshow" : "Go on with the slideshow"}
        className={light}
        onClick={show.toggle}
      >
        {isPlaying ? <PauseIcon /> : <PlayIcon />}
      </IconButton>
      <select
        aria-label="Time for each picture"
        value={show.seconds}
        onChange={(event) => show.setSeconds(Number(event.target.value) as Interval)}
        className="h-10 rounded-full bg-transparent px-2 text-sm hover:bg-white/15 pointer-coarse:h-11 *:bg-black"
      >
        {INTERVALS.map((seconds) => (
          <option key={seconds} value={seconds}>
            {seconds} seconds
          </option>
        ))}
      </select>
      <IconButton label="End the slideshow" className={light} onClick={show.end}>
        <CloseIcon />
      </IconButton>
    </div>
  );
};
