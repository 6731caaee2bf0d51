/** What of the query was understood as more than words, each to be taken out again. */
import type { Chip } from "@/api";
import { CloseIcon, TagIcon } from "@/ui";

import { daysOf, textOf, without } from "./query-text";

type ChipsProps = { q: string; chips: readonly Chip[]; onSearch: (q: string) => void };

export const Chips = ({ q, chips, onSearch }: ChipsProps) => (
  <ul aria-label="Understood as" className="flex flex-wrap gap-2">
    {chips.map((chip) => (
      <li
        key={chip.start}
        className="flex items-center rounded-full bg-sunken pl-3.5 text-sm font-medium"
      >
        {chip.kind === "tag" && <TagIcon className="mr-1.5 size-4 text-muted" />}
        {textOf(q, chip)}
        {daysOf(chip) !== null && (
          <span className="pl-2 font-normal text-muted">{daysOf(chip)}</span>
        )}
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
