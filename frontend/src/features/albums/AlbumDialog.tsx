/** A dialog for an album's title and description. */
import { useId, useState } from "react";

import { fieldError, FormDialog } from "@/components/settings/FormDialog";
import { TextField } from "@/ui";

const MAX_TITLE = 200;
const MAX_DESCRIPTION = 5_000;

type Words = { title: string; description: string };

type AlbumDialogProps = {
  title: string;
  action: string;
  /** What is there already. */
  words?: Words;
  doing: { isPending: boolean; error: Error | null };
  onSubmit: (words: Words) => void;
  onClose: () => void;
};

export const AlbumDialog = (props: AlbumDialogProps) => {
  const { words, doing, onSubmit } = props;
  const [mistake, setMistake] = useState<string>();
  const id = useId();
  const submit = (text: (field: string) => string) => {
    const title = text("title").trim();
    setMistake(title === "" ? "Give the album a title." : undefined);
    if (title !== "") onSubmit({ title, description: text("description").trim() });
  };
  return (
    <FormDialog
      title={props.title}
      action={props.action}
      doing={doing}
      isSaidBelow={fieldError(doing.error, "title") !== undefined}
      onSubmit={submit}
      onClose={props.onClose}
    >
      <TextField
        label="Title"
        name="title"
        defaultValue={words?.title}
        maxLength={MAX_TITLE}
        autoComplete="off"
        error={mistake ?? fieldError(doing.error, "title")}
      />
      <div>
        <label htmlFor={id} className="mb-1.5 block font-medium">
          Description (optional)
        </label>
        <textarea
          id={id}
          name="description"
          defaultValue={words?.description}
          maxLength={MAX_DESCRIPTION}
          rows={3}
          className="w-full rounded-xl border border-edge bg-surface px-3.5 py-2.5 text-base text-ink focus:outline-2 focus:outline-offset-0 focus:outline-accent"
        />
      </div>
    </FormDialog>
  );
};
