/** A moving part while it plays: muted, over the still that it belongs to. Or a video over its poster. */
import { classNames } from "@/ui";

type MotionVideoProps = {
  url: string;
  /** Again and again, until it is stopped. */
  isLooping: boolean;
  /** A video of its own: with its sound, and the browser's controls. */
  isWhole?: boolean;
  onEnded: () => void;
  /** `at`: how far it had got, in seconds; `isCodec`: it was read, and cannot be shown. */
  onFailed: (failure: { at: number; isCodec: boolean }) => void;
  className: string;
  /** No larger than the still that it covers, in pixels. */
  most?: { width: number | null; height: number | null };
};

export const MotionVideo = (props: MotionVideoProps) => (
  // eslint-disable-next-line jsx-a11y/media-has-caption -- nobody wrote any
  <video
    key={props.url}
    src={props.url}
    muted={!props.isWhole}
    controls={props.isWhole}
    autoPlay
    playsInline
    disablePictureInPicture
    loop={props.isLooping}
    // The still beneath it has the words.
    aria-hidden={!props.isWhole}
    onEnded={props.onEnded}
    onError={({ currentTarget }) =>
      props.onFailed({
        at: currentTarget.currentTime,
        isCodec: currentTarget.error?.code === MediaError.MEDIA_ERR_DECODE,
      })
    }
    onLoadedMetadata={({ currentTarget }) => {
      // Of a codec that it does not know, a browser may play the sound alone.
      if (currentTarget.videoWidth === 0) props.onFailed({ at: 0, isCodec: true });
    }}
    style={{ maxWidth: props.most?.width ?? undefined, maxHeight: props.most?.height ?? undefined }}
    className={classNames(
      "absolute inset-0 m-auto size-full",
      !props.isWhole && "pointer-events-none",
      props.className,
    )}
  />
);
