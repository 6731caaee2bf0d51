/** A dialog that is a form: the focus begins in its first field, and complaints stand above it. */
import { useEffect, useId, useRef, useState, type ReactNode, type SubmitEvent } from "react";

import { toProblem } from "@/api";
import { Button, Dialog, FormAlert } from "@/ui";

import { errorMessage } from "./error-message";

type Doing = { isPending: boolean; error: Error | null };

type FormDialogProps = {
  title: string;
  action: string;
  doing: Doing;
  /** The server's complaint stands at a field already. */
  isSaidBelow?: boolean;
  onSubmit: (text: (field: string) => string) => void;
  onClose: () => void;
  children: ReactNode;
};

const readText = (form: HTMLFormElement): ((field: string) => string) => {
  const data = new FormData(form);
  return (field) => {
    const value = data.get(field);
    return typeof value === "string" ? value : "";
  };
};

/** What the server says of one field. */
export const fieldError = (error: unknown, field: string): string | undefined =>
  errorMessage(error) === undefined ? undefined : toProblem(error).fields[field];

export const FormDialog = ({
  title,
  action,
  doing,
  isSaidBelow = false,
  onSubmit,
  onClose,
  children,
}: FormDialogProps) => {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [tries, setTries] = useState(0);

  useEffect(() => {
    form.current?.querySelector<HTMLElement>("input:not([type=hidden]):not([hidden])")?.focus();
  }, []);
  // The first complaint, the page's or the server's, is read aloud and can be mended at once.
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true], [role=alert]")?.focus();
  }, [tries, doing.error]);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (doing.isPending) return;
    setTries(tries + 1);
    onSubmit(readText(event.currentTarget));
  };

  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form={id} busy={doing.isPending}>
            {action}
          </Button>
        </>
      }
    >
      <form ref={form} id={id} noValidate method="post" onSubmit={submit} className="space-y-5">
        <FormAlert>{isSaidBelow ? undefined : errorMessage(doing.error)}</FormAlert>
        {children}
      </form>
    </Dialog>
  );
};
