/** G opens a field for a date; the timeline goes to that day, or to the next older one with pictures. */
import { useEffect, useEffectEvent, useId, useState, type SubmitEvent } from "react";

import { onDateJump } from "@/components/gallery/date-jumps";
import type { GridScroll } from "@/components/gallery/grid-scroll";
import { Button, Dialog, isTyping, TextField } from "@/ui";

type GoToDateProps = { scroll: GridScroll; isPaused: boolean };

type FormProps = { scroll: GridScroll; onDone: () => void };

const Form = ({ scroll, onDone }: FormProps) => {
  const [date, setDate] = useState("");
  const form = useId();
  const go = (event: SubmitEvent) => {
    event.preventDefault();
    onDone();
    scroll.goTo({ kind: "date", date });
  };
  return (
    <Dialog
      title="Go to date"
      onClose={onDone}
      actions={
        <Button look="primary" type="submit" form={form}>
          Go
        </Button>
      }
    >
      <form id={form} onSubmit={go}>
        <TextField
          label="Date"
          type="date"
          required
          value={date}
          onChange={(event) => setDate(event.target.value)}
        />
      </form>
    </Dialog>
  );
};

export const GoToDate = ({ scroll, isPaused }: GoToDateProps) => {
  const [isOpen, setIsOpen] = useState(false);
  const press = useEffectEvent((event: KeyboardEvent) => {
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
    if (event.key !== "g" || hasModifier || event.defaultPrevented || isPaused) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    setIsOpen(true);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  useEffect(() => onDateJump((date) => scroll.goTo({ kind: "date", date })), [scroll]);
  if (!isOpen) return null;
  return <Form scroll={scroll} onDone={() => setIsOpen(false)} />;
};
