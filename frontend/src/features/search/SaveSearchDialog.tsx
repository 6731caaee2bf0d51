/** A dialog for the name of a search: a new one is saved, or one that is there renamed. */
import { useState } from "react";

import { fieldError, FormDialog } from "@/components/settings/FormDialog";
import { TextField } from "@/ui";

const MAX_NAME = 200;

type SaveSearchDialogProps = {
  title: string;
  action: string;
  /** What stands there at first. */
  name: string;
  doing: { isPending: boolean; error: Error | null };
  onSubmit: (name: string) => void;
  onClose: () => void;
};

export const SaveSearchDialog = (props: SaveSearchDialogProps) => {
  const { doing, onSubmit } = props;
  const [mistake, setMistake] = useState<string>();
  const submit = (text: (field: string) => string) => {
    const name = text("name").trim();
    setMistake(name === "" ? "Give the search a name." : undefined);
    if (name !== "") onSubmit(name);
  };
  return (
    <FormDialog
      title={props.title}
      action={props.action}
      doing={doing}
      isSaidBelow={fieldError(doing.error, "name") !== undefined}
      onSubmit={submit}
      onClose={props.onClose}
    >
      <TextField
        label="Name"
        name="name"
        defaultValue={props.name}
        maxLength={MAX_NAME}
        autoComplete="off"
        error={mistake ?? fieldError(doing.error, "name")}
      />
      <p className="text-sm text-muted">It appears under Albums and updates automatically.</p>
    </FormDialog>
  );
};
