/** Dialogs to confirm that a link ends, all links end, or a link gets a new address. */
import { useEndAllShares, useEndShare, useRenewShare, type MadeShare, type Share } from "@/api";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { formatNumber } from "@/locale";
import { useToast } from "@/ui";

import { nameOfShare } from "./share-words";

export const EndShare = ({ share, onClose }: { share: Share; onClose: () => void }) => {
  const end = useEndShare();
  const toast = useToast();
  const onSuccess = () => {
    onClose();
    toast.show({ message: "The link was ended" });
  };
  return (
    <ConfirmButton
      title={`End “${nameOfShare(share)}”?`}
      action="End the link"
      doing={end}
      onClose={onClose}
      onConfirm={() => end.mutate(share.id, { onSuccess })}
    >
      <p>
        The link stops working within a minute. You cannot undo this, but you can create a new link.
      </p>
    </ConfirmButton>
  );
};

export const EndAll = ({ count, onClose }: { count: number; onClose: () => void }) => {
  const end = useEndAllShares();
  const toast = useToast();
  const onSuccess = () => {
    onClose();
    toast.show({ message: "All links were ended" });
  };
  return (
    <ConfirmButton
      title={count === 1 ? "End your link?" : `End all ${formatNumber(count)} links?`}
      action="End all"
      doing={end}
      onClose={onClose}
      onConfirm={() => end.mutate(undefined, { onSuccess })}
    >
      <p>All your links stop working within a minute.</p>
    </ConfirmButton>
  );
};

type RenewShareProps = { share: Share; onMade: (made: MadeShare) => void; onClose: () => void };

export const RenewShare = ({ share, onMade, onClose }: RenewShareProps) => {
  const renew = useRenewShare();
  return (
    <ConfirmButton
      title={`A new address for “${nameOfShare(share)}”?`}
      action="Make a new address"
      look="primary"
      doing={renew}
      onClose={onClose}
      onConfirm={() => renew.mutate(share.id, { onSuccess: onMade })}
    >
      <p>The old link stops working. Send the new one to everybody who needs it.</p>
    </ConfirmButton>
  );
};
