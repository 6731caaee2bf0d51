/** Beside the picture (on a phone: below it): all that is known of it, and its description. */
import type { Image, ImageDetail } from "@/api";
import {
  Button,
  CameraIcon,
  CloseIcon,
  formatBytes,
  IconButton,
  PencilIcon,
  SlideshowIcon,
  Spinner,
} from "@/ui";

import type { Drafts } from "@/components/descriptions/description-draft";
import { DescriptionSection } from "../descriptions/DescriptionSection";
import { StackSection } from "../stack/StackSection";
import { AlbumsSection, type AlbumOfImage } from "./AlbumsSection";
import { DamagedSection } from "./DamagedSection";
import { cameraLines, factsOf, motionFacts } from "./facts";
import { FileMetadata } from "./FileMetadata";
import { PlaceSection } from "./PlaceSection";
import { RatingField } from "./RatingField";
import { StorageReceipt } from "./StorageReceipt";
import { TagsSection } from "./TagsSection";
import { TitleField } from "./TitleField";

type DetailsPanelProps = {
  image: Image;
  /** Null while it loads. */
  detail: ImageDetail | null;
  drafts: Drafts;
  onAddToAlbum: () => void;
  onRemoveFromAlbum: (album: AlbumOfImage) => void;
  onTags: () => void;
  onSlideshow: () => void;
  onChangeDate: () => void;
  onChangePlace: () => void;
  onClose: () => void;
};

export const DetailsPanel = ({
  image,
  detail,
  drafts,
  onAddToAlbum,
  onRemoveFromAlbum,
  onTags,
  onSlideshow,
  onChangeDate,
  onChangePlace,
  onClose,
}: DetailsPanelProps) => (
  // A ground of its own, or the timeline would shine through while the sheet comes up and past its corners.
  <div className="flex max-h-[58dvh] shrink-0 flex-col bg-black sm:h-full sm:max-h-none sm:bg-surface">
    <aside
      aria-label="Details"
      className="viewer-details flex min-h-0 animate-rise flex-col overflow-y-auto overscroll-contain rounded-t-2xl bg-surface pb-[env(safe-area-inset-bottom)] sm:h-full sm:w-[23rem] sm:animate-fade sm:rounded-none sm:border-l sm:border-line"
    >
      <div className="sticky top-0 z-1 flex items-center justify-between bg-surface py-2 pr-2 pl-5">
        <h2 className="font-semibold">Details</h2>
        <IconButton label="Close details" onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </div>
      <div className="flex flex-col gap-6 px-5 pt-1 pb-8">
        <TitleField key={image.id} image={image} detail={detail} />
        {/* On a phone there is no room for it above the picture. */}
        <Button icon={<SlideshowIcon />} onClick={onSlideshow} className="self-start sm:hidden">
          Slideshow
        </Button>
        {detail ? (
          <>
            <DamagedSection detail={detail} />
            <DescriptionSection key={`${image.id} description`} detail={detail} drafts={drafts} />
            <Facts image={image} detail={detail} onChangeDate={onChangeDate} />
            <RatingField detail={detail} />
            <CameraFacts detail={detail} />
            <StackSection image={detail} />
            <AlbumsSection
              albums={detail.albums}
              onAdd={onAddToAlbum}
              onRemove={onRemoveFromAlbum}
            />
            <TagsSection tags={detail.tags} onEdit={onTags} />
            <PlaceSection detail={detail} onChange={onChangePlace} />
            <FileMetadata detail={detail} />
            <StorageReceipt detail={detail} />
          </>
        ) : (
          <>
            <Facts image={image} />
            <Spinner className="mx-auto size-6 text-muted" />
          </>
        )}
      </div>
    </aside>
  </div>
);

type FactsProps = { image: Image; detail?: ImageDetail; onChangeDate?: () => void };

/** The first of them is the date. */
const Facts = ({ image, detail, onChangeDate }: FactsProps) => (
  <div className="flex items-start justify-between gap-2">
    <dl className="flex min-w-0 flex-col gap-3">
      {[
        ...factsOf(image, formatBytes(image.size), detail?.time_zone_guess),
        ...(detail ? motionFacts(detail) : []),
      ].map(({ label, value, more }) => (
        <div key={label}>
          <dt className="text-sm text-muted">{label}</dt>
          <dd>
            {value}
            {more !== undefined && <span className="text-muted"> · {more}</span>}
          </dd>
        </div>
      ))}
    </dl>
    {onChangeDate && (
      <IconButton label="Change date" className="-mr-2" onClick={onChangeDate}>
        <PencilIcon />
      </IconButton>
    )}
  </div>
);

const CameraFacts = ({ detail }: { detail: ImageDetail }) => {
  const lines = cameraLines(detail);
  if (lines.length === 0) return null;
  return (
    <div className="flex gap-3">
      <CameraIcon className="mt-0.5 size-5 text-muted" />
      <div>
        <h3 className="sr-only">Camera</h3>
        {lines.map((line, index) => (
          <p key={line} className={index === 0 ? "font-medium" : "text-muted"}>
            {line}
          </p>
        ))}
      </div>
    </div>
  );
};
