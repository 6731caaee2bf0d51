/** The field that G opens. */
import { useId, useState, type SubmitEvent } from "react";

import type { GridScroll } from "@/components/gallery/grid-scroll";
import { Button, Dialog, TextField } from "@/ui";

type DateFormProps = { scroll: GridScroll; onDone: () => void };

const DateForm = ({ scroll, onDone }: DateFormProps) => {
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

export default DateForm;
