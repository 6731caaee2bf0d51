/** The stage with everything around it: bars, arrows, details, and the keys for all of them. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";

import {
  albumOf,
  fetchMotion,
  isVideo,
  useAlbum,
  useStack,
  type Image,
  type ImageDetail,
  type Listing,
} from "@/api";
import { useMotion } from "@/components/motion/use-motion";
import { classNames } from "@/ui";

import { DamagedNotice } from "./DamagedNotice";
import type { Drafts } from "@/components/descriptions/description-draft";
import { DetailsPanel } from "./details/DetailsPanel";
import { Filmstrip } from "./filmstrip/Filmstrip";
import { MotionButton, MovingPart } from "./MovingPart";
import { NavButton } from "./NavButton";
import { SlideshowBar } from "./SlideshowBar";
import { StackStrip } from "./stack/StackStrip";
import { useAnimation } from "./use-animation";
import { useChangeCurrent } from "./use-change-current";
import { useIdle } from "./use-idle";
import { useFullResolution } from "./use-full-resolution";
import { usePhotoSwipe } from "./use-photoswipe";
import { useShortcuts } from "./use-shortcuts";
import { useSlideshow } from "./use-slideshow";
import { togglePlaying, VideoPlayer } from "./VideoPlayer";
import { ViewerBar } from "./ViewerBar";
import { ViewerDialog, type WhichDialog } from "./ViewerDialog";

type ViewerContentProps = {
  view: Listing;
  /** Has the picture in it. */
  images: readonly Image[];
  /** Of the first of these in the timeline; null while that is not known. */
  place: { before: number; total: number } | null;
  imageId: string;
  /** Null while it loads. */
  detail: ImageDetail | null;
  onClose: () => void;
  onNavigate: (id: string) => void;
};

export const ViewerContent = ({
  view,
  images,
  place,
  imageId,
  detail,
  onClose,
  onNavigate,
}: ViewerContentProps) => {
  const room = useRef<HTMLDivElement>(null);
  const [hasDetails, setHasDetails] = useState(false);
  const controls = useRef<HTMLDivElement>(null);
  const isIdle = useIdle(controls);
  const [dialog, setDialog] = useState<WhichDialog | null>(null);
  const album = useAlbum(albumOf(view)).data;
  const player = useRef<HTMLVideoElement>(null);
  const [isPlaying, setIsPlaying] = useState(false);
  const [isBare, setIsBare] = useState(false);
  const [drafts] = useState<Drafts>(() => new Map());
  const [isPulled, setIsPulled] = useState(false);
  const [isLeaving, setIsLeaving] = useState(false);
  const index = images.findIndex(({ id }) => id === imageId);
  const image = images[index];
  const stack = useStackOf(detail?.id === imageId ? detail : (image ?? null), view);
  const { changeThis, undo } = useChangeCurrent({
    view,
    images,
    beside: stack.beside,
    onNavigate,
    onClose,
  });
  const { renewUrls, fetchFull } = useFullResolution();
  const show = useSlideshow({
    imageId,
    next: images[index + 1],
    isLast: place === null || place.before + index + 1 >= place.total,
    isHeld: dialog !== null || isPulled || isLeaving || isPlaying,
    onNext: onNavigate,
  });

  const stage = usePhotoSwipe({
    room,
    images: useCurrent(images, detail),
    imageId,
    events: {
      onShow: onNavigate,
      onPulled: setIsPulled,
      onLeaving: () => setIsLeaving(true),
      onClosed: onClose,
      onTap: () => setIsBare((was) => !was),
      onBroken: renewUrls,
      onMagnified: (magnified) => {
        show.pause();
        fetchFull(magnified, (url) => stage.current?.sharpen(magnified.id, url));
      },
    },
  });
  const animation = useAnimation(stage, detail?.id === imageId ? detail : null);
  const motion = useMotionOf(imageId);
  const playMotion = () => {
    stage.current?.resetZoom();
    motion.play();
  };
  const toggleMotion = motion.isWanted ? motion.stop : playMotion;
  const close = () => stage.current?.close();
  const step = (by: number) => {
    const to = images[index + by];
    if (to) onNavigate(to.id);
  };
  const showMember = (by: number) => {
    const to = stack.images[stack.at + by];
    if (to) onNavigate(to.id);
  };
  const toggleDetails = () => setHasDetails((was) => !was);
  // What is newest about it: the list may have it as it was.
  const current = image && detail?.id === image.id ? detail : image;
  const isInTrash = view === "trash";
  const removeThis = () => {
    if (!current) return;
    if (isInTrash) setDialog("for good");
    else changeThis("delete", current);
  };
  const restoreThis = () => {
    if (current) changeThis("restore", current);
  };
  const goOn = () => {
    const next = images[index + 1] ?? images[index - 1];
    if (next) onNavigate(next.id);
    else onClose();
  };
  const favourThis = () => {
    if (current) changeThis(current.favourite ? "unfavourite" : "favourite", current);
  };
  const archiveThis = () => {
    if (current) changeThis(current.archived_at === null ? "archive" : "unarchive", current);
  };
  const chooseAlbum = () => setDialog("album");
  const changeTags = () => setDialog("tags");
  const removeFromAlbum = (from: { id: string; title: string }) => {
    if (current) changeThis("remove_from_album", current, from);
  };
  const isShow = show.state !== "off";
  const startShow = () => {
    setHasDetails(false);
    // A tap brings the bars back.
    setIsBare(window.matchMedia("(pointer: coarse)").matches);
    show.start();
  };
  const isPlayable = image !== undefined && isVideo(image) && image.state !== "processing";
  const keys = {
    Escape: isShow ? show.end : close,
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    "[": () => showMember(-1),
    "]": () => showMember(1),
    "+": () => stage.current?.zoomIn(),
    "=": () => stage.current?.zoomIn(),
    "-": () => stage.current?.zoomOut(),
    z: () => stage.current?.toggleZoom(),
    s: isShow ? show.end : startShow,
    ...(isShow ? { " ": show.toggle } : {}),
    "0": () => stage.current?.resetZoom(),
    i: toggleDetails,
    e: toggleDetails,
    ...(isInTrash
      ? { r: restoreThis }
      : { f: favourThis, a: archiveThis, l: chooseAlbum, t: changeTags }),
    d: removeThis,
    Delete: removeThis,
    u: undo,
    "Ctrl+z": undo,
    ...(image?.has_motion ? { m: toggleMotion } : {}),
    ...(isPlayable && !isShow ? { " ": () => togglePlaying(player.current) } : {}),
    "?": () => setDialog("keys"),
  };
  // Also while a dialog is still being loaded: what is typed then is meant for it.
  useShortcuts(dialog === null ? keys : {});
  if (!image) return null;
  const areBarsHidden = isLeaving || isPulled || isBare;

  return (
    <div
      className={classNames("flex size-full flex-col sm:flex-row", isShow && "viewer-slideshow")}
    >
      <div className="relative min-h-0 min-w-0 flex-1 [color-scheme:dark]">
        <div ref={room} className="absolute inset-0 overflow-hidden" />
        {!isLeaving && !isPulled && <MovingPart motion={motion} still={image} />}
        {isPlayable && !isLeaving && !isPulled && (
          <VideoPlayer key={image.id} image={image} player={player} onPlaying={setIsPlaying} />
        )}
        {/* It takes no events but that a button in it got the focus: then it must be seen. */}
        {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
        <div
          ref={controls}
          onFocus={() => setIsBare(false)}
          className={classNames(
            "pointer-events-none absolute inset-0 flex flex-col text-white transition-opacity duration-200",
            areBarsHidden && "opacity-0 **:pointer-events-none!",
            // Where it was it can still be pressed: it shows as soon as the pointer moves there.
            isIdle && "opacity-0",
          )}
        >
          <ViewerBar
            image={current ?? image}
            position={place && { at: place.before + index + 1, of: place.total }}
            animation={animation}
            motion={image.has_motion ? { isPlaying: motion.isWanted, toggle: toggleMotion } : null}
            hasDetails={hasDetails}
            onClose={close}
            onToggleDetails={toggleDetails}
            trash={
              isInTrash
                ? { onRestore: restoreThis, onDeleteForGood: () => setDialog("for good") }
                : null
            }
            onDelete={removeThis}
            onFavourite={favourThis}
            onArchive={archiveThis}
            onAddToAlbum={chooseAlbum}
            onTags={changeTags}
            onRemoveFromAlbum={album ? () => removeFromAlbum(album) : null}
            onSlideshow={startShow}
            onZoomIn={() => stage.current?.zoomIn()}
            onZoomOut={() => stage.current?.zoomOut()}
          />
          {image.has_motion && (
            <MotionButton
              isPlaying={motion.isWanted}
              onPress={toggleMotion}
              className="ml-3 sm:hidden"
            />
          )}
          <DamagedNotice image={image} />
          <SlideshowBar show={show} />
          {!isShow && (
            <div className="mt-auto flex flex-col">
              {stack.images.length > 1 && (
                <StackStrip images={stack.images} imageId={imageId} onShow={onNavigate} />
              )}
              {/* Above the details on a phone the picture needs the room. */}
              <div className={classNames(hasDetails && "max-sm:hidden")}>
                <Filmstrip images={images} imageId={imageId} place={place} onShow={onNavigate} />
              </div>
            </div>
          )}
          <NavButton to="previous" isEnd={index <= 0} onPress={() => step(-1)} />
          <NavButton to="next" isEnd={index >= images.length - 1} onPress={() => step(1)} />
        </div>
      </div>
      {hasDetails && !isLeaving && (
        <DetailsPanel
          image={image}
          detail={detail}
          drafts={drafts}
          onAddToAlbum={chooseAlbum}
          onRemoveFromAlbum={removeFromAlbum}
          onTags={changeTags}
          onSlideshow={startShow}
          onChangeDate={() => setDialog("date")}
          onChangePlace={() => setDialog("place")}
          onClose={toggleDetails}
        />
      )}
      <ViewerDialog
        which={dialog}
        image={current ?? image}
        zoneGuess={detail?.id === imageId ? detail.time_zone_guess : null}
        onGone={goOn}
        onClose={() => setDialog(null)}
      />
    </div>
  );
};

/** The stack that the timeline shows as one; elsewhere each picture is there for itself. */
const useStackOf = (image: Image | null, view: Listing) => {
  const stack = useStack(view === "timeline" ? image : null);
  return useMemo(() => {
    const images = stack?.images ?? [];
    const at = images.findIndex(({ id }) => id === image?.id);
    const ids = images.map(({ id }) => id);
    return {
      images,
      at,
      beside: [...ids.slice(at + 1), ...ids.slice(0, Math.max(0, at)).reverse()],
    };
  }, [stack, image]);
};

/** The moving part of the picture in view; another picture stops it. */
const useMotionOf = (imageId: string) => {
  const client = useQueryClient();
  const motion = useMotion(() => fetchMotion(client, imageId));
  const leave = useEffectEvent(() => motion.stop());
  useEffect(() => () => leave(), [imageId]);
  return motion;
};

/** The list with what is newest about the picture in view. */
const useCurrent = (images: readonly Image[], detail: ImageDetail | null): readonly Image[] =>
  useMemo(
    () => (detail ? images.map((image) => (image.id === detail.id ? detail : image)) : images),
    [images, detail],
  );
