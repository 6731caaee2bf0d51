/** Form field of a link's preview: whether messengers show its title and a picture, and which. */
import { useCallback, useEffect, useState } from "react";

import { useAlbum, useImage } from "@/api";
import { Spinner, Switch } from "@/ui";

import { HEIGHT, makeLinkPreview, WIDTH } from "./link-preview";

type PictureProps = {
  /** The image that it is made of. */
  imageId: string;
  onMade: (jpeg: Blob | null) => void;
  onFailed: () => void;
};

type Made = { of: string; url: string };

const Picture = ({ imageId, onMade, onFailed }: PictureProps) => {
  const image = useImage(imageId);
  const source = image.data?.preview_url ?? null;
  const isMissing = image.isError || image.data?.preview_url === null;
  const [made, setMade] = useState<Made | null>(null);
  useEffect(() => {
    if (source === null) return;
    const stop = new AbortController();
    let url: string | null = null;
    makeLinkPreview(source, stop.signal).then(
      (jpeg) => {
        if (stop.signal.aborted) return;
        url = URL.createObjectURL(jpeg);
        setMade({ of: source, url });
        onMade(jpeg);
      },
      () => {
        if (!stop.signal.aborted) onFailed();
      },
    );
    return () => {
      stop.abort();
      onMade(null);
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [source, onMade, onFailed]);
  useEffect(() => {
    if (isMissing) onFailed();
  }, [isMissing, onFailed]);
  const now = made?.of === source ? made : null;
  return (
    <div
      className="grid place-items-center overflow-hidden rounded-lg bg-sunken"
      style={{ aspectRatio: `${String(WIDTH)} / ${String(HEIGHT)}` }}
    >
      {now ? (
        <img src={now.url} alt="Preview that messengers show" className="size-full object-cover" />
      ) : (
        <Spinner className="size-6 text-muted" />
      )}
    </div>
  );
};

type PreviewFieldProps = {
  /** What the link is to. */
  albumId: string | null;
  /** Of a selection: the first one. */
  imageId: string | null;
  /** The picture; null: none, or not yet. */
  onMade: (jpeg: Blob | null) => void;
  isOn: boolean;
  onSwitch: (isOn: boolean) => void;
};

export const PreviewField = ({ albumId, imageId, onMade, isOn, onSwitch }: PreviewFieldProps) => {
  const [hasFailed, setHasFailed] = useState(false);
  const fail = useCallback(() => {
    setHasFailed(true);
    onSwitch(false);
  }, [onSwitch]);
  const album = useAlbum(isOn ? albumId : null);
  const of = imageId ?? album.data?.cover?.image_id ?? null;
  if (albumId !== null && album.data && of === null) return null;
  return (
    <div>
      <Switch
        label="Preview in messengers"
        checked={isOn}
        onChange={(on) => {
          setHasFailed(false);
          onSwitch(on);
        }}
      />
      {hasFailed && (
        <p role="alert" className="text-sm text-danger">
          The preview could not be made. Try again, or create the link without it.
        </p>
      )}
      {isOn && (
        <div className="mt-1 space-y-2 rounded-xl bg-accent-soft px-4 py-3">
          {of !== null && <Picture imageId={of} onMade={onMade} onFailed={fail} />}
          <p className="text-sm">
            Messengers show the title and this picture to everybody who gets the link. They may keep
            both after the link has ended. A link with a password has no preview.
          </p>
        </div>
      )}
    </div>
  );
};
