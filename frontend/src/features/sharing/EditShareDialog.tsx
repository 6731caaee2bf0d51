/** Changing what a link says and allows. */
import { useState } from "react";

import { useChangeShare, type Share } from "@/api";
import { FormDialog } from "@/components/settings/FormDialog";
import { collectingOf, expiryIn, showsOf } from "@/components/sharing/share-options";
import { isSaidAtField, ShareFields } from "@/components/sharing/ShareFields";
import { Switch, useToast } from "@/ui";

/** What is to become of the password: left out, it stays. */
const passwordOf = (text: (field: string) => string) => {
  if (text("no_password") !== "") return { password: null };
  const password = text("password");
  return password === "" ? {} : { password };
};

export const EditShareDialog = ({ share, onClose }: { share: Share; onClose: () => void }) => {
  const change = useChangeShare();
  const toast = useToast();
  const [shows, setShows] = useState(() => showsOf(share));
  const [collect, setCollect] = useState(() => collectingOf(share));
  const onSuccess = () => {
    onClose();
    toast.show({ message: "The link was changed" });
  };
  const [hasPreview, setHasPreview] = useState(share.has_preview);
  const [collectBefore] = useState(collect);
  const submit = (text: (field: string) => string) => {
    const expires = text("expires");
    const changes = {
      ...shows,
      ...(collect === collectBefore ? {} : { collect }),
      ...(share.has_preview && !hasPreview ? { preview: null } : {}),
      title: text("title"),
      name: text("name"),
      note: text("note"),
      ...passwordOf(text),
      ...(expires === "kept" ? {} : { expires_at: expiryIn(expires) }),
    };
    change.mutate({ id: share.id, changes }, { onSuccess });
  };
  return (
    <FormDialog
      title="Edit the link"
      action="Save"
      doing={change}
      isSaidBelow={isSaidAtField(change.error)}
      onSubmit={submit}
      onClose={onClose}
    >
      <ShareFields
        share={share}
        shows={shows}
        onShows={setShows}
        collect={share.kind === "album" ? collect : undefined}
        onCollect={setCollect}
        error={change.error}
      />
      {share.has_preview && (
        <div>
          <Switch label="Preview in messengers" checked={hasPreview} onChange={setHasPreview} />
          <p className="text-sm text-muted">
            A password takes the preview away, too, and so does taking its picture out of the album.
            Messengers may keep what they have shown.
          </p>
        </div>
      )}
    </FormDialog>
  );
};
