/** Asks before an album is given to a contributor. */
import { useLocation } from "wouter";

import { useTransferAlbum, type Member } from "@/api";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { useToast } from "@/ui";

type TransferDialogProps = { albumId: string; title: string; member: Member; onClose: () => void };

export const TransferDialog = ({ albumId, title, member, onClose }: TransferDialogProps) => {
  const transfer = useTransferAlbum(albumId);
  const toast = useToast();
  const [, navigate] = useLocation();
  return (
    <ConfirmButton
      title={`Give “${title}” to ${member.email}?`}
      action="Give the album"
      doing={transfer}
      onClose={onClose}
      onConfirm={() =>
        transfer.mutate(member.id, {
          onSuccess: ({ album_id: id }) => {
            toast.show({ message: `${title} is ${member.email}’s now` });
            navigate(`/shared-with-me/${id}`);
          },
        })
      }
    >
      <p>
        They become the owner: they manage the members and what members see. Your pictures in it
        stay yours, and are removed when you leave. Open invitations end.
      </p>
      <p>
        Your own album moves to Recently deleted and its links stop working. If you restore it, it
        is shared with nobody.
      </p>
    </ConfirmButton>
  );
};
