/** Title of a picture, editable in place, and the name of its file. */
import { useRef, useState } from "react";

import { toProblem, useChangeImage, type Image, type ImageDetail } from "@/api";
import { Button, IconButton, PencilIcon, RestoreIcon, useToast } from "@/ui";

import { InlineTextForm } from "./InlineTextForm";
import { NameField } from "./NameField";

const LONGEST = 300;

type TitleFieldProps = {
  image: Image;
  /** Null while it loads. */
  detail: ImageDetail | null;
};

export const TitleField = ({ image, detail }: TitleFieldProps) => {
  const [isEditing, setIsEditing] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const { title } = detail ?? image;
  if (isEditing && detail) {
    return (
      <div className="flex flex-col gap-2">
        <TitleForm
          detail={detail}
          onDone={() => {
            setIsEditing(false);
            // Back to where it began; the button is there again after this render.
            requestAnimationFrame(() => opener.current?.focus());
          }}
        />
        <NameField image={image} isSecond />
      </div>
    );
  }
  const edit = () => setIsEditing(true);
  return (
    <div>
      {title !== null && (
        <div className="flex items-start justify-between gap-2">
          <p className="min-w-0 pt-2 text-lg leading-snug font-semibold tracking-tight break-words">
            {title}
          </p>
          <IconButton
            ref={opener}
            label="Edit title"
            disabled={!detail}
            className="-mr-2"
            onClick={edit}
          >
            <PencilIcon />
          </IconButton>
        </div>
      )}
      <NameField image={image} isSecond={title !== null} />
      {title === null && (
        <Button
          ref={opener}
          look="quiet"
          disabled={!detail}
          className="-ml-3 text-sm"
          icon={<PencilIcon className="size-4" />}
          onClick={edit}
        >
          Add a title
        </Button>
      )}
    </div>
  );
};

/** What a person says: words, none (""), or as the file says (null). */
type Said = string | null;

const TitleForm = ({ detail, onDone }: { detail: ImageDetail; onDone: () => void }) => {
  const { id, corrected, file } = detail;
  const [title, setTitle] = useState(detail.title ?? "");
  const { mutate, mutateAsync, isPending, error } = useChangeImage();
  const toast = useToast();
  const problem = error && toProblem(error);
  const isCorrected = corrected.includes("title");

  const change = (said: Said, message: string) => {
    if (isPending) return;
    const before: Said = isCorrected ? (detail.title ?? "") : null;
    if (said === before) {
      onDone();
      return;
    }
    // By then this form is gone, and nobody would tell it.
    const undo = () =>
      void mutateAsync({ id, changes: { title: before } }).catch((why: unknown) =>
        toast.show({ message: toProblem(why).detail, tone: "error" }),
      );
    mutate(
      { id, changes: { title: said } },
      {
        onSuccess: () => {
          toast.show({ message, action: { label: "Undo", onAction: undo } });
          onDone();
        },
      },
    );
  };
  const save = () => {
    const words = title.trim();
    // What the file says already need not be said once more.
    const said = words === (file.title ?? "") ? null : words;
    change(said, words === "" ? "Title removed" : "Title changed");
  };
  return (
    <InlineTextForm
      name="Edit the title"
      isSaving={isPending}
      onSave={save}
      onDone={onDone}
      field={{
        label: "Title",
        value: title,
        maxLength: LONGEST,
        onChange: (event) => setTitle(event.currentTarget.value),
        error: problem?.fields["title"] ?? problem?.detail,
        hint: isCorrected && file.title !== null ? `In the file: ${file.title}` : undefined,
      }}
    >
      {isCorrected && file.title !== null && (
        <Button
          look="quiet"
          className="mr-auto -ml-3"
          icon={<RestoreIcon className="size-4" />}
          onClick={() => change(null, "The title is the file’s again")}
        >
          Reset
        </Button>
      )}
    </InlineTextForm>
  );
};
