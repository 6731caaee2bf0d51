/** Chooses the cover of an album, and offers to take it back. */
import { toProblem, useChangeAlbum, type Album } from "@/api";
import { useToast } from "@/ui";

export const useCover = ({ id, title, cover_id: before }: Album) => {
  const { mutateAsync } = useChangeAlbum();
  const toast = useToast();
  const set = async (cover_id: string | null) => {
    try {
      await mutateAsync({ id, changes: { cover_id } });
    } catch (error) {
      toast.show({ tone: "error", message: toProblem(error).detail });
      throw error;
    }
  };
  return async (imageId: string): Promise<void> => {
    await set(imageId);
    toast.show({
      message: `The cover of ${title} was changed`,
      action: { label: "Undo", onAction: () => void set(before).catch(alreadyTold) },
    });
  };
};

const alreadyTold = (): void => undefined;
