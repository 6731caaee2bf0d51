/** Writing a description, or correcting one. What was typed stays until it is saved or given up. */
import { useEffect, useRef, useState, type KeyboardEvent } from "react";

import { toProblem, useChangeImage } from "@/api";
import { Button } from "@/ui";

import {
  changesFrom,
  errorsFromServer,
  errorsOf,
  isSameDraft,
  LIMITS,
  type Draft,
  type Drafts,
} from "@/components/descriptions/description-draft";
import { TextAreaField } from "@/components/descriptions/TextAreaField";

type DescriptionFormProps = {
  imageId: string;
  /** What is there now. */
  saved: Draft;
  drafts: Drafts;
  onDone: () => void;
};

export const DescriptionForm = ({ imageId, saved, drafts, onDone }: DescriptionFormProps) => {
  const [draft, setDraft] = useState(() => drafts.get(imageId) ?? saved);
  const { mutate, isPending, error } = useChangeImage();
  const form = useRef<HTMLFormElement>(null);
  const problem = error && toProblem(error);
  const own = errorsOf(draft);
  const errors = { ...errorsFromServer(problem?.fields ?? {}), ...own };
  const isUnchanged = isSameDraft(draft, saved);

  useEffect(() => {
    const first = form.current?.querySelector("textarea");
    first?.focus();
    first?.setSelectionRange(first.value.length, first.value.length);
  }, []);

  const change = (changes: Partial<Draft>) => {
    const next = { ...draft, ...changes };
    setDraft(next);
    drafts.set(imageId, next);
  };
  const finish = () => {
    drafts.delete(imageId);
    onDone();
  };
  const save = () => {
    if (Object.keys(own).length > 0) {
      form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
      return;
    }
    if (isUnchanged) finish();
    else mutate({ id: imageId, changes: changesFrom(draft) }, { onSuccess: finish });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    // With words in it, a stray Escape must not be their end.
    if (isUnchanged) finish();
  };

  return (
    // The keys only add to what the buttons do.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form
      ref={form}
      noValidate
      aria-label="Edit the description"
      className="flex flex-col gap-4"
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextAreaField
        label="Description"
        rows={4}
        limit={LIMITS.text}
        value={draft.text}
        error={errors.text}
        onChange={(text) => change({ text })}
      />
      <TextAreaField
        label="Alt text"
        hint="One sentence, read aloud in place of the picture."
        rows={2}
        limit={LIMITS.alt}
        value={draft.alt}
        error={errors.alt}
        onChange={(alt) => change({ alt })}
      />
      <TextAreaField
        label="Text in the picture"
        hint="Words that can be read in it."
        rows={2}
        limit={LIMITS.visible}
        value={draft.visible}
        error={errors.visible}
        onChange={(visible) => change({ visible })}
      />
      <TextAreaField
        label="Keywords"
        hint="Separated by commas."
        rows={2}
        value={draft.tags}
        error={errors.tags}
        onChange={(tags) => change({ tags })}
      />
      {problem && (
        <p role="alert" className="text-sm text-danger">
          {problem.detail}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={finish}>Cancel</Button>
        <Button look="primary" type="submit" busy={isPending}>
          Save
        </Button>
      </div>
    </form>
  );
};
