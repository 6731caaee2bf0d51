/** Asks once before what cannot be taken back, and says what will happen. */
import type { ReactNode } from "react";

import { Button, Dialog, FormAlert } from "@/ui";

import { errorMessage } from "./error-message";

type Doing = { isPending: boolean; error: Error | null };

type AskFirstProps = {
  title: string;
  /** What will happen, and what will not. */
  children: ReactNode;
  /** The verb on the button. */
  action: string;
  look?: "danger" | "primary";
  doing: Doing;
  onConfirm: () => void;
  onClose: () => void;
};

export const ConfirmButton = ({
  title,
  children,
  action,
  look = "danger",
  doing,
  onConfirm,
  onClose,
}: AskFirstProps) => (
  <Dialog
    title={title}
    onClose={onClose}
    actions={
      <>
        <Button onClick={onClose}>Cancel</Button>
        <Button look={look} busy={doing.isPending} onClick={onConfirm}>
          {action}
        </Button>
      </>
    }
  >
    <div className="space-y-3">
      <div className="space-y-3 text-muted">{children}</div>
      <FormAlert>{errorMessage(doing.error)}</FormAlert>
    </div>
  </Dialog>
);
