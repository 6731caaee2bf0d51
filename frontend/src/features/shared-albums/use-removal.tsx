/** Removes pictures that members added: one's own with Undo, those of others after a question. */
import { useState, type ReactNode } from "react";

import {
  inParts,
  toProblem,
  useContribute,
  useWithdraw,
  type MembersSee,
  type SharedAlbum,
} from "@/api";
import { ConfirmButton } from "@/components/settings/ConfirmButton";
import { picturesInWords } from "@/locale";
import { useToast } from "@/ui";

type Removal = {
  remove: (ids: readonly string[]) => void;
  /** The question, while it is asked. */
  question: ReactNode;
};

/** `onChanged`: what is in the album is another; `onRemoved` before it, once they are gone. */
export const useRemoval = (
  album: SharedAlbum,
  { onRemoved, onChanged }: { onRemoved: () => void; onChanged: () => void },
): Removal => {
  const [asked, setAsked] = useState<readonly string[] | null>(null);
  const withdraw = useWithdraw();
  const { mutateAsync: add } = useContribute();
  const toast = useToast();
  const { id: albumId, role } = album;
  const isOwner = role === "owner";
  const showError = (error: unknown) =>
    toast.show({ tone: "error", message: toProblem(error).detail });

  const remove = async (ids: readonly string[]) => {
    const gone: string[] = [];
    // As it was agreed to: the album may show more by now.
    const agreed: { ids: readonly string[]; seen: MembersSee }[] = [];
    const putBack = async () => {
      for (const part of agreed) await add({ albumId, ...part });
    };
    const undo = () => void putBack().then(onChanged).catch(showError);
    const offer = () =>
      isOwner || gone.length === 0 ? {} : { action: { label: "Undo", onAction: undo } };
    try {
      await inParts(ids, async (part) => {
        const answer = await withdraw.mutateAsync({ albumId, ids: part });
        gone.push(...answer.ids);
        agreed.push(...answer.agreed);
      });
      const left = ids.length - gone.length;
      const whose = isOwner
        ? "Remove your own pictures in the album"
        : "Only your own pictures were removed";
      toast.show({
        message: `Removed ${picturesInWords(gone.length)}${left === 0 ? "" : `. ${picturesInWords(left)} not removed. ${whose}.`}`,
        ...offer(),
      });
      onRemoved();
    } catch (error) {
      // Of the owner's, the question says it.
      if (!isOwner && gone.length === 0) showError(error);
      else if (!isOwner) {
        const message = `Removed ${picturesInWords(gone.length)}. ${toProblem(error).detail}`;
        toast.show({ tone: "error", message, ...offer() });
      }
      return;
    } finally {
      if (gone.length > 0) onChanged();
    }
    setAsked(null);
  };

  return {
    remove: (ids) => {
      withdraw.reset();
      if (isOwner) setAsked(ids);
      else void remove(ids);
    },
    question: asked && (
      <ConfirmButton
        title={
          asked.length === 1 ? "Remove this picture?" : `Remove ${picturesInWords(asked.length)}?`
        }
        action="Remove"
        doing={withdraw}
        onClose={() => setAsked(null)}
        onConfirm={() => void remove(asked)}
      >
        <p>
          Pictures that others added are removed from the album and stay in their libraries. Only
          they can add them again.
        </p>
      </ConfirmButton>
    ),
  };
};
