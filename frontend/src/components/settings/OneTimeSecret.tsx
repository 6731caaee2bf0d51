/** Shows what is never shown again, and does not let it be closed by a slip. */
import { useState, type ReactNode } from "react";

import { Button, Dialog, FormAlert } from "@/ui";

type ShownOnceProps = {
  title: string;
  /** Whether it was copied, downloaded or printed. */
  isKept: boolean;
  /** What to do before closing. */
  warning: string;
  onClose: () => void;
  children: ReactNode;
};

export const OneTimeSecret = ({ title, isKept, warning, onClose, children }: ShownOnceProps) => {
  const [isWarned, setWarned] = useState(false);
  const isLosing = isWarned && !isKept;
  const close = () => {
    if (isKept || isWarned) onClose();
    else setWarned(true);
  };
  return (
    <Dialog
      title={title}
      onClose={close}
      actions={
        <Button look={isLosing ? "danger" : "primary"} onClick={close}>
          {isLosing ? "Close without saving" : "Done"}
        </Button>
      }
    >
      <div className="space-y-4">
        {children}
        <FormAlert>{isLosing ? warning : undefined}</FormAlert>
      </div>
    </Dialog>
  );
};
