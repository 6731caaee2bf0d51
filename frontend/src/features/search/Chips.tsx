/** Chips for the filters of a query; each can be removed. */
import type { Chip } from "@/api";
import { CloseIcon, TagIcon } from "@/ui";

import { daysOf, textOf, without } from "./query-text";

type ChipsProps = {
  q: string;
  chips: readonly Chip[];
  onSearch: (q: string) => void;
  onEdit: (chip: Chip) => void;
};

export const Chips = ({ q, chips, onSearch, onEdit }: ChipsProps) => (
  <ul aria-label="Understood as" className="flex flex-wrap gap-2">
    {chips.map((chip) => (
      <li key={chip.start} className="flex items-center rounded-full bg-sunken text-sm font-medium">
        <button
          type="button"
          title="Change"
          onClick={() => onEdit(chip)}
          className="flex h-11 items-center rounded-full pl-3.5 hover:underline focus-visible:-outline-offset-4"
        >
          {chip.kind === "tag" && <TagIcon className="mr-1.5 size-4 text-muted" />}
          <span className="sr-only">Change </span>
          {textOf(q, chip)}
          {daysOf(chip) !== null && (
            <span className="pl-2 font-normal text-muted">{daysOf(chip)}</span>
          )}
        </button>
        <button
          type="button"
          aria-label={`Remove ${textOf(q, chip)}`}
          onClick={() => onSearch(without(q, chip))}
          className="flex size-11 items-center justify-center rounded-full text-muted hover:text-ink focus-visible:-outline-offset-4"
        >
          <CloseIcon className="size-4" />
        </button>
      </li>
    ))}
  </ul>
);
