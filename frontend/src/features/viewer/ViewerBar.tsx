/** Above the picture: what it is, where it stands, and what can be done with it. */

import { imageAlt, type Image } from "@/api";
import { formatNumber } from "@/locale";
import {
  AddToAlbumIcon,
  ArchiveIcon,
  ChevronLeftIcon,
  classNames,
  DownloadIcon,
  HeartIcon,
  IconButton,
  InfoIcon,
  MinusIcon,
  MotionIcon,
  PauseIcon,
  PlayIcon,
  PlusIcon,
  RemoveFromAlbumIcon,
  RestoreIcon,
  SlideshowIcon,
  TagIcon,
  TrashIcon,
  UnarchiveIcon,
} from "@/ui";

import type { Animation } from "./use-animation";
import { useDownload } from "./use-download";

type ViewerBarProps = {
  image: Image;
  /** Among all of the timeline; null: not known yet. */
  position: { at: number; of: number } | null;
  /** Null: it does not move. */
  animation: Animation | null;
  /** Null: it has no moving part. */
  motion: Animation | null;
  hasDetails: boolean;
  onClose: () => void;
  onToggleDetails: () => void;
  /** In place of what is done to others; null: it is not in the trash. */
  trash: { onRestore: () => void; onDeleteForGood: () => void } | null;
  onDelete: () => void;
  onFavourite: () => void;
  onArchive: () => void;
  onAddToAlbum: () => void;
  onTags: () => void;
  /** Null: it was not opened in an album. */
  onRemoveFromAlbum: (() => void) | null;
  onSlideshow: () => void;
  onZoomIn: () => void;
  onZoomOut: () => void;
};

const light = "hover:bg-white/15!";

export const ViewerBar = (props: ViewerBarProps) => {
  const { image, position, animation, motion, hasDetails, trash } = props;
  const { download, isFetching } = useDownload(image);
  const place = position && `${formatNumber(position.at)} of ${formatNumber(position.of)}`;
  return (
    <header className="flex items-center gap-1 max-sm:flex-wrap max-sm:gap-x-0 bg-linear-to-b from-black/80 via-black/55 to-transparent px-2 pt-[max(0.5rem,env(safe-area-inset-top))] pb-9 [text-shadow:0_0_3px_rgb(0_0_0/0.8)] [&_svg]:drop-shadow-[0_0_2px_rgb(0_0_0/0.7)] *:pointer-events-auto">
      <IconButton
        label="Back to your pictures"
        className={classNames(light, "max-sm:mr-auto")}
        onClick={props.onClose}
      >
        <ChevronLeftIcon className="size-6" />
      </IconButton>
      {/* On a phone below the buttons, which leave no room beside them. */}
      <div className="min-w-0 flex-1 px-1 max-sm:order-last max-sm:flex max-sm:basis-full max-sm:items-baseline max-sm:justify-between max-sm:gap-3 max-sm:px-2.5">
        <h2 className="truncate text-sm font-medium">{image.title ?? image.name}</h2>
        <p className="shrink-0 text-xs whitespace-nowrap text-white/85 tabular-nums">{place}</p>
      </div>
      <p className="sr-only" role="status">
        {place !== null && `${place}: `}
        {imageAlt(image)}
        {image.favourite && ". Favourite"}
        {image.archived_at !== null && ". Archived"}
      </p>
      {animation && (
        <IconButton
          label={animation.isPlaying ? "Pause animation" : "Play"}
          className={light}
          onClick={animation.toggle}
        >
          {animation.isPlaying ? <PauseIcon /> : <PlayIcon />}
        </IconButton>
      )}
      {motion && (
        <IconButton
          label={motion.isPlaying ? "Stop the moving part" : "Play the moving part"}
          className={classNames(light, "max-sm:hidden!")}
          onClick={motion.toggle}
        >
          {motion.isPlaying ? <PauseIcon /> : <MotionIcon />}
        </IconButton>
      )}
      <IconButton
        label="Slideshow"
        className={classNames(light, "max-sm:hidden!")}
        onClick={props.onSlideshow}
      >
        <SlideshowIcon />
      </IconButton>
      <IconButton
        label="Zoom out"
        className={classNames(light, "max-sm:hidden!")}
        onClick={props.onZoomOut}
      >
        <MinusIcon />
      </IconButton>
      <IconButton
        label="Zoom in"
        className={classNames(light, "max-sm:hidden!")}
        onClick={props.onZoomIn}
      >
        <PlusIcon />
      </IconButton>
      {trash === null && <Changes {...props} />}
      <IconButton
        label="Details"
        aria-expanded={hasDetails}
        className={classNames(light, hasDetails && "bg-white/20")}
        onClick={props.onToggleDetails}
      >
        <InfoIcon />
      </IconButton>
      <IconButton
        label="Download original"
        className={light}
        disabled={isFetching}
        onClick={download}
      >
        <DownloadIcon />
      </IconButton>
      {trash && (
        <IconButton label="Restore" className={light} onClick={trash.onRestore}>
          <RestoreIcon />
        </IconButton>
      )}
      <IconButton
        label={trash ? "Delete for good" : "Delete"}
        className={light}
        onClick={trash ? trash.onDeleteForGood : props.onDelete}
      >
        <TrashIcon />
      </IconButton>
    </header>
  );
};

const Changes = (props: ViewerBarProps) => {
  const { image } = props;
  return (
    <>
      <IconButton
        label="Favourite"
        aria-pressed={image.favourite}
        className={light}
        onClick={props.onFavourite}
      >
        <HeartIcon className={classNames("size-5", image.favourite && "fill-current")} />
      </IconButton>
      <IconButton
        label={image.archived_at === null ? "Archive" : "Back to the timeline"}
        className={light}
        onClick={props.onArchive}
      >
        {image.archived_at === null ? <ArchiveIcon /> : <UnarchiveIcon />}
      </IconButton>
      {/* On a phone these are among the details. */}
      <IconButton
        label="Add to album"
        className={classNames(light, "max-sm:hidden!")}
        onClick={props.onAddToAlbum}
      >
        <AddToAlbumIcon />
      </IconButton>
      <IconButton
        label="Tags"
        className={classNames(light, "max-sm:hidden!")}
        onClick={props.onTags}
      >
        <TagIcon />
      </IconButton>
      {props.onRemoveFromAlbum && (
        <IconButton
          label="Remove from album"
          className={classNames(light, "max-sm:hidden!")}
          onClick={props.onRemoveFromAlbum}
        >
          <RemoveFromAlbumIcon />
        </IconButton>
      )}
    </>
  );
};
