/** A video in the viewer, with the browser's own controls; and words where it cannot be played. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type KeyboardEvent, type RefObject } from "react";

import { fetchVideo, imageAlt, type Image } from "@/api";
import { hasEnded } from "@/components/motion/use-motion";
import { classNames, Spinner } from "@/ui";

const UNPLAYABLE =
  "This browser can’t play this video: it doesn’t know how it was recorded. Download it to see it in another program.";
const UNREACHABLE = "The video could not be loaded. Check your connection, then open it again.";

/** Keys that the browser's player takes itself while it has the focus. */
const OF_PLAYER = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", " ", "m", "f"]);

export const togglePlaying = (player: HTMLVideoElement | null): void => {
  if (!player) return;
  // Where the browser refuses, its own controls are there.
  if (player.paused) player.play().catch(() => undefined);
  else player.pause();
};

type VideoPlayerProps = {
  image: Image;
  player: RefObject<HTMLVideoElement | null>;
  /** False, too, once it is gone. */
  onPlaying: (isPlaying: boolean) => void;
};

export const VideoPlayer = ({ image, player, onPlaying }: VideoPlayerProps) => {
  const client = useQueryClient();
  const [source, setSource] = useState<{ url: string; at: number } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const [isCalm] = useState(() => window.matchMedia("(prefers-reduced-motion: reduce)").matches);
  const { id } = image;

  useEffect(() => {
    let isOver = false;
    fetchVideo(client, id).then(
      (url) => {
        if (isOver) return;
        if (url === null) setProblem(UNREACHABLE);
        else setSource({ url, at });
      },
      () => {
        if (!isOver) setProblem(UNREACHABLE);
      },
    );
    return () => {
      isOver = true;
    };
  }, [client, id, at]);

  useEffect(() => () => onPlaying(false), [onPlaying]);

  // An address may end while somebody watches, or pauses: another one goes on from there.
  const onError = (video: HTMLVideoElement) => {
    onPlaying(false);
    if (source !== null && hasEnded(source.url) && source.at !== video.currentTime) {
      setAt(video.currentTime);
      setSource(null);
    } else
      setProblem(video.error?.code === MediaError.MEDIA_ERR_NETWORK ? UNREACHABLE : UNPLAYABLE);
  };
  const keepKeys = (event: KeyboardEvent) => {
    if (OF_PLAYER.has(event.key)) event.stopPropagation();
  };

  return (
    <div
      className={classNames(
        "pointer-events-none absolute inset-x-2 bottom-24 flex justify-center sm:inset-x-16 sm:top-16",
        // On a phone below the title.
        "max-sm:top-[calc(6rem+max(0.5rem,env(safe-area-inset-top)))]",
        // Where it cannot be played its poster, if there is one, is seen behind the words.
        problem === null || image.preview_url === null ? "items-center bg-black" : "items-start",
      )}
    >
      {problem === null && source === null && <Spinner />}
      {problem === null && source !== null && (
        // eslint-disable-next-line jsx-a11y/media-has-caption -- nobody wrote any
        <video
          key={source.url}
          ref={player}
          src={source.at === 0 ? source.url : `${source.url}#t=${String(source.at)}`}
          poster={image.preview_url ?? undefined}
          controls
          playsInline
          autoPlay={!isCalm}
          aria-label={imageAlt(image)}
          onKeyDown={keepKeys}
          onPlay={() => onPlaying(true)}
          onPause={() => onPlaying(false)}
          onEnded={() => onPlaying(false)}
          onError={({ currentTarget }) => onError(currentTarget)}
          onLoadedMetadata={({ currentTarget }) => {
            // Of a codec that it does not know, a browser may play the sound alone.
            if (currentTarget.videoWidth === 0) setProblem(UNPLAYABLE);
          }}
          className="pointer-events-auto size-full object-contain"
        />
      )}
      {problem !== null && (
        <p
          role="status"
          className="mx-auto w-fit max-w-[30rem] rounded-2xl bg-black/75 px-4 py-2 text-center text-sm text-white"
        >
          {problem}
        </p>
      )}
    </div>
  );
};
