/** Form field of a link's preview: whether messengers show its title and a picture, and which. */
import { useCallback, useEffect, useState } from "react";

import { useImage } from "@/api";
import { fieldError } from "@/components/settings/FormDialog";
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
  /** The image that it is made of. */
  imageId: string;
  /** The picture; null: none, or not yet. */
  onMade: (jpeg: Blob | null) => void;
  isOn: boolean;
  onSwitch: (isOn: boolean) => void;
  error: Error | null;
};

export const PreviewField = ({ imageId, onMade, isOn, onSwitch, error }: PreviewFieldProps) => {
  const [hasFailed, setHasFailed] = useState(false);
  const fail = useCallback(() => {
    setHasFailed(true);
    onSwitch(false);
  }, [onSwitch]);
  const said = hasFailed
    ? "The preview could not be made. Try again, or create the link without it."
    : fieldError(error, "preview");
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
      {said !== undefined && (
        <p role="alert" tabIndex={-1} className="text-sm text-danger">
          {said}
        </p>
      )}
      {isOn && (
        <div className="mt-1 space-y-2 rounded-xl bg-accent-soft px-4 py-3">
          <Picture imageId={imageId} onMade={onMade} onFailed={fail} />
          <p className="text-sm">
            Messengers show the title and this picture to everybody who gets the link. They may keep
            both after the link has ended, or the picture was deleted. A link with a password has no
            preview.
          </p>
        </div>
      )}
    </div>
  );
};
