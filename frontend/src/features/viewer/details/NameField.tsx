/** The picture's name, to be changed where it stands. */
import { useRef, useState, type KeyboardEvent } from "react";

import { toProblem, useChangeImage, type Image } from "@/api";
import { Button, classNames, IconButton, PencilIcon, TextField } from "@/ui";

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
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    onDone();
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextField
        label="Name"
        value={name}
        maxLength={LONGEST}
        autoComplete="off"
        // The person has just asked to type here.
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        onFocus={(event) => selectStem(event.currentTarget)}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        error={own ?? problem?.fields["name"] ?? problem?.detail}
      />
      <div className="mt-3 flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button look="primary" type="submit" busy={isPending}>
          Save
        </Button>
      </div>
    </form>
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
