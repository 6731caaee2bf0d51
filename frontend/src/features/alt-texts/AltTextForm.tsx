/** Form to accept or change the alt text of a picture. */
import type { RefObject } from "react";

import { errorsOf } from "@/components/descriptions/description-draft";
import { TextAreaField } from "@/components/descriptions/TextAreaField";
import { Button, CheckIcon, ChevronLeftIcon, ChevronRightIcon, RetryIcon } from "@/ui";

import type { Review } from "./use-review";
import { whoWrote } from "./who-wrote";

const LIMITS = { alt: 300, text: 2000 } as const;

const Key = ({ children }: { children: string }) => (
  <kbd
    aria-hidden="true"
    className="rounded-md border border-current/25 px-1.5 font-sans text-xs leading-5 font-medium pointer-coarse:hidden"
  >
    {children}
  </kbd>
);

type AltTextFormProps = { walk: Review; first: RefObject<HTMLTextAreaElement | null> };

export const AltTextForm = ({ walk, first }: AltTextFormProps) => {
  const { row, draft } = walk;
  if (row === undefined || draft === null) return null;
  const errors = errorsOf(draft);
  const isDirty = walk.isDirty(row);
  return (
    <form
      aria-label="Alt text and description"
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        walk.accept();
      }}
    >
      <TextAreaField
        ref={first}
        label="Alt text"
        hint="One sentence, read aloud in place of the picture."
        rows={3}
        limit={LIMITS.alt}
        value={draft.alt}
        error={errors.alt}
        onChange={(alt) => walk.type({ alt })}
      />
      <TextAreaField
        label="Description"
        rows={5}
        limit={LIMITS.text}
        value={draft.text}
        error={errors.text}
        onChange={(text) => walk.type({ text })}
      />
      <p className="flex min-h-6 flex-wrap items-center gap-x-3 text-sm text-muted">
        <span>{whoWrote(row)}</span>
        {row.is_checked && !isDirty && (
          <span className="inline-flex items-center gap-1 font-medium text-ink">
            <CheckIcon className="size-4" /> Checked
          </span>
        )}
        {isDirty && (
          <>
            <span className="font-medium text-ink">Not saved</span>
            <button
              type="button"
              onClick={walk.discard}
              className="font-medium text-accent underline underline-offset-2"
            >
              Discard
            </button>
          </>
        )}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button look="primary" type="submit" busy={walk.isBusy} icon={<CheckIcon />}>
          {isDirty ? "Save" : "Accept"} <Key>{isDirty ? "Ctrl Enter" : "A"}</Key>
        </Button>
        <Button
          icon={<ChevronLeftIcon className="size-4" />}
          disabled={walk.at === 0}
          onClick={() => walk.go(-1)}
        >
          Previous <Key>K</Key>
        </Button>
        <Button
          icon={<ChevronRightIcon className="size-4" />}
          disabled={!walk.hasNext}
          onClick={() => walk.go(1)}
        >
          Next <Key>J</Key>
        </Button>
      </div>
      <div className="flex min-h-11 items-center gap-2 text-sm">
        <p role="status">{walk.message}</p>
        {walk.undo !== null && (
          <Button
            look="quiet"
            icon={<RetryIcon className="size-4 -scale-x-100" />}
            onClick={walk.undo}
          >
            Undo <Key>U</Key>
          </Button>
        )}
      </div>
    </form>
  );
};
