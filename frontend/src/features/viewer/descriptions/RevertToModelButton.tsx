/** Gives up the person's words, for the model's where there are any, with a way back. */
import { toProblem, useChangeImage, type ImageDetail } from "@/api";
import { Button, RestoreIcon, useToast } from "@/ui";

import { changesFrom, draftFrom } from "@/components/descriptions/description-draft";

export const RevertToModelButton = ({ detail: { id, description } }: { detail: ImageDetail }) => {
  const { mutateAsync, isPending } = useChangeImage();
  const toast = useToast();

  const complain = (error: unknown) =>
    toast.show({ message: toProblem(error).detail, tone: "error" });

  const giveUp = async () => {
    const own = changesFrom(draftFrom(description));
    await mutateAsync({ id, changes: { description: null } });
    toast.show({
      message: "Your description was removed",
      action: {
        label: "Undo",
        onAction: () => void mutateAsync({ id, changes: own }).catch(complain),
      },
    });
  };
  return (
    <Button
      look="quiet"
      busy={isPending}
      icon={<RestoreIcon className="size-4" />}
      onClick={() => void giveUp().catch(complain)}
    >
      Remove my description
    </Button>
  );
};
