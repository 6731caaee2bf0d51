/** A moving part while it plays: muted, over the still that it belongs to. */
import { classNames } from "@/ui";

type MotionVideoProps = {
  url: string;
  /** Again and again, until it is stopped. */
  isLooping: boolean;
  onEnded: () => void;
  onUnplayable: () => void;
  className: string;
};

export const MotionVideo = (props: MotionVideoProps) => (
  <video
    key={props.url}
    src={props.url}
    muted
    autoPlay
    playsInline
    disablePictureInPicture
    loop={props.isLooping}
    // The still beneath it has the words.
    aria-hidden
    onEnded={props.onEnded}
    onError={props.onUnplayable}
    onLoadedMetadata={({ currentTarget }) => {
      // Of a codec that it does not know, a browser may play the sound alone.
      if (currentTarget.videoWidth === 0) props.onUnplayable();
    }}
    className={classNames("pointer-events-none absolute inset-0 size-full", props.className)}
  />
);
