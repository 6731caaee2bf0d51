/** Description of a picture: read, correct, request. */
import { lazy, Suspense, useState } from "react";

import { useSession, type ImageDetail } from "@/api";
import { Button, PencilIcon } from "@/ui";

import { draftFrom, type Drafts } from "@/components/descriptions/description-draft";
import { DescriptionForm } from "./DescriptionForm";
import { DescriptionText } from "./DescriptionText";
import { GenerateDescription } from "./GenerateDescription";
import { RevertToModelButton } from "./RevertToModelButton";

const HistoryDialog = lazy(async () => ({
  default: (await import("./HistoryDialog")).HistoryDialog,
}));

type DescriptionSectionProps = { detail: ImageDetail; drafts: Drafts };

export const DescriptionSection = ({ detail, drafts }: DescriptionSectionProps) => {
  const [isEditing, setIsEditing] = useState(() => drafts.has(detail.id));
  const [isHistoryOpen, setIsHistoryOpen] = useState(false);
  const { descriptions, user } = useSession();
  const { description } = detail;

  if (isEditing) {
    return (
      <section aria-label="Description">
        <DescriptionForm
          imageId={detail.id}
          saved={draftFrom(description)}
          drafts={drafts}
          onDone={() => setIsEditing(false)}
        />
      </section>
    );
  }
  return (
    <section aria-label="Description" className="flex flex-col gap-3">
      {description && <DescriptionText description={description} />}
      <GenerateDescription
        detail={detail}
        offer={
          !descriptions.available
            ? "unavailable"
            : user?.descriptions_enabled === true
              ? "on"
              : "off"
        }
      />
      <div className="flex flex-wrap gap-2">
        <Button icon={<PencilIcon className="size-4" />} onClick={() => setIsEditing(true)}>
          {description ? "Edit" : "Write a description"}
        </Button>
        {(description !== null || descriptions.available) && (
          <Button look="quiet" onClick={() => setIsHistoryOpen(true)}>
            Versions
          </Button>
        )}
        {description?.source === "person" && <RevertToModelButton detail={detail} />}
      </div>
      {isHistoryOpen && (
        <Suspense fallback={null}>
          <HistoryDialog
            id={detail.id}
            canBeSent={descriptions.available}
            onClose={() => setIsHistoryOpen(false)}
          />
        </Suspense>
      )}
    </section>
  );
};
