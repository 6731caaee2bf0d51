/** The picture's name, to be changed where it stands. */
import { useRef, useState } from "react";

import { toProblem, useChangeImage, type Image } from "@/api";
import { classNames, IconButton, PencilIcon } from "@/ui";

import { InlineTextForm } from "./InlineTextForm";

const LONGEST = 255;

type NameFieldProps = {
  image: Image;
  /** Whether it stands below the title, which is what the picture is called then. */
  isSecond?: boolean;
};

export const NameField = ({ image, isSecond = false }: NameFieldProps) => {
  const [isEditing, setIsEditing] = useState(false);
  const pencil = useRef<HTMLButtonElement>(null);
  if (isEditing) {
    return (
      <NameForm
        image={image}
        onDone={() => {
          setIsEditing(false);
          // Back to where it began; the button is there again after this render.
          requestAnimationFrame(() => pencil.current?.focus());
        }}
      />
    );
  }
  return (
    <div className="flex items-start justify-between gap-2">
      <p
        className={classNames(
          "min-w-0 break-words",
          isSecond ? "pt-2.5 text-sm text-muted" : "pt-2 text-lg leading-snug font-semibold",
          !isSecond && "tracking-tight",
        )}
      >
        {image.name}
      </p>
      <IconButton ref={pencil} label="Rename" className="-mr-2" onClick={() => setIsEditing(true)}>
        <PencilIcon />
      </IconButton>
    </div>
  );
};

const NameForm = ({ image, onDone }: { image: Image; onDone: () => void }) => {
  const [name, setName] = useState(image.name);
  const { mutate, isPending, error } = useChangeImage();
  const trimmed = name.trim();
  const own = mistakeIn(trimmed);
  const problem = error && toProblem(error);

  const save = () => {
    if (own !== undefined || isPending) return;
    if (trimmed === image.name) onDone();
    else mutate({ id: image.id, changes: { name: trimmed } }, { onSuccess: onDone });
  };
  return (
    <InlineTextForm
      isSaving={isPending}
      onSave={save}
      onDone={onDone}
      field={{
        label: "Name",
        value: name,
        maxLength: LONGEST,
        onFocus: (event) => selectStem(event.currentTarget),
        onChange: (event) => setName(event.currentTarget.value),
        error: own ?? problem?.fields["name"] ?? problem?.detail,
      }}
    />
  );
};

const mistakeIn = (name: string): string | undefined => {
  if (name === "") return "A picture needs a name.";
  return /[/\\]/.test(name) ? "A name has no / and no \\ in it." : undefined;
};

/** All but the extension, as file managers do. */
const selectStem = (input: HTMLInputElement): void => {
  const dot = input.value.lastIndexOf(".");
  input.setSelectionRange(0, dot > 0 ? dot : input.value.length);
};
