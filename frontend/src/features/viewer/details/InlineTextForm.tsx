/** One line of text that is edited where it stands: Enter saves, Escape gives up. */
import type { ComponentProps, KeyboardEvent, ReactNode } from "react";

import { Button, TextField } from "@/ui";

type InlineTextFormProps = {
  /** What screen readers call the form. */
  name?: string;
  field: ComponentProps<typeof TextField>;
  isSaving: boolean;
  onSave: () => void;
  onDone: () => void;
  /** Further buttons, before the two. */
  children?: ReactNode;
};

export const InlineTextForm = ({
  name,
  field,
  isSaving,
  onSave,
  onDone,
  children,
}: InlineTextFormProps) => {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    onDone();
  };
  return (
    <form
      noValidate
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <TextField
        autoComplete="off"
        // The person has just asked to type here.
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        onKeyDown={onKeyDown}
        {...field}
      />
      <div className="mt-3 flex flex-wrap justify-end gap-2">
        {children}
        <Button onClick={onDone}>Cancel</Button>
        <Button look="primary" type="submit" busy={isSaving}>
          Save
        </Button>
      </div>
    </form>
  );
};
