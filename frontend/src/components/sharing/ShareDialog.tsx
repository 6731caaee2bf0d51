/** Making a share link. */
import { useState } from "react";

import { useAlbum, useMakeShare, useShares, type Collecting, type NewShare } from "@/api";
import { FormDialog } from "@/components/settings/FormDialog";
import { Button, Dialog } from "@/ui";

import { toBase64 } from "./link-preview";
import { PreviewField } from "./PreviewField";
import { expiryIn, NOTHING_SHOWN } from "./share-options";
import { isSaidAtField, ShareFields } from "./ShareFields";
import { ShareTabs, type Way } from "./ShareTabs";
import { TheLink } from "./TheLink";

/** What is shared, in words, and what it is called at first. */
export type Shareable = Pick<NewShare, "album_id" | "images"> & { words: string; title: string };

type ShareDialogProps = {
  what: Shareable;
  /** Of albums, which can be shared with people, too. */
  onWay?: (way: Way) => void;
  onClose: () => void;
};

const SwitchedOff = ({ onWay, onClose }: Omit<ShareDialogProps, "what">) => (
  <Dialog
    title="Share links are switched off"
    onClose={onClose}
    actions={
      <Button look="primary" onClick={onClose}>
        Close
      </Button>
    }
  >
    {onWay && <ShareTabs way="link" onChoose={onWay} />}
    <p className="text-muted">The administrator has disabled share links. Nothing was shared.</p>
  </Dialog>
);

/** Of a selection, the image that stands for it. */
const firstOf = ({ images }: Shareable): string | null =>
  images && "ids" in images ? (images.ids[0] ?? null) : null;

export const ShareDialog = ({ what, onWay, onClose }: ShareDialogProps) => {
  const make = useMakeShare();
  const isAllowed = useShares().data?.allowed ?? true;
  const [shows, setShows] = useState(NOTHING_SHOWN);
  const [collect, setCollect] = useState<Collecting | null>(null);
  const [hasPreview, setHasPreview] = useState(false);
  const [preview, setPreview] = useState<Blob | null>(null);
  const cover = useAlbum(what.album_id ?? null).data?.cover?.image_id;
  const pictured = firstOf(what) ?? cover ?? null;
  // Guests who do not see the album see none of it in messengers either.
  const isOffered = pictured !== null && collect?.show_pictures !== false;
  const isWanted = hasPreview && isOffered;
  if (make.data) return <TheLink heading="Your link" share={make.data} onClose={onClose} />;
  if (!isAllowed) return <SwitchedOff onClose={onClose} {...(onWay ? { onWay } : {})} />;
  const { words, title, ...shared } = what;
  return (
    <FormDialog
      title={`Share ${words}`}
      action="Create link"
      doing={{ ...make, isPending: make.isPending || (isWanted && preview === null) }}
      isSaidBelow={isSaidAtField(make.error)}
      onSubmit={(text) => {
        const password = text("password");
        const body = {
          ...shared,
          ...shows,
          ...(collect === null ? {} : { collect }),
          title: text("title"),
          name: text("name"),
          note: text("note"),
          expires_at: expiryIn(text("expires")),
          password: password === "" ? null : password,
        };
        if (!isWanted || preview === null) make.mutate(body);
        else
          void toBase64(preview).then((jpeg) =>
            make.mutate({ ...body, preview: { image_id: pictured, jpeg } }),
          );
      }}
      onClose={onClose}
    >
      {onWay && <ShareTabs way="link" onChoose={onWay} />}
      <ShareFields
        share={null}
        title={title}
        shows={shows}
        onShows={setShows}
        collect={what.album_id === undefined || what.album_id === null ? undefined : collect}
        onCollect={setCollect}
        error={make.error}
      />
      {isOffered && (
        <PreviewField
          imageId={pictured}
          onMade={setPreview}
          isOn={hasPreview}
          onSwitch={setHasPreview}
          error={make.error}
        />
      )}
    </FormDialog>
  );
};
