/** The pictures of the list as a table: what is said of each, by whom, and whether it was checked. */
import { useImagesInView, useKnownImages, type AltText } from "@/api";
import { Button, CheckIcon, classNames, VisuallyHidden } from "@/ui";

import type { Review } from "./use-review";
import { whoWrote } from "./who-wrote";

type RowProps = { row: AltText; isCurrent: boolean; isDirty: boolean; onShow: () => void };

const AltTextLine = ({ row, isCurrent, isDirty, onShow }: RowProps) => {
  const thumbnail = useKnownImages().get(row.image_id)?.thumbnail_url ?? null;
  return (
    <tr
      aria-current={isCurrent || undefined}
      className={classNames(
        "border-t border-line align-top [contain-intrinsic-size:auto_4.5rem] [content-visibility:auto]",
        isCurrent && "bg-accent-soft",
      )}
    >
      <td className="w-20 py-2 pl-2">
        <div className="relative size-14 overflow-hidden rounded-lg bg-sunken">
          {thumbnail !== null && (
            <img
              src={thumbnail}
              alt=""
              loading="lazy"
              decoding="async"
              className="absolute inset-0 size-full object-cover"
            />
          )}
        </div>
      </td>
      <td className="py-2 pr-3">
        <button
          type="button"
          onClick={onShow}
          className="block min-h-11 w-full rounded-lg text-left hover:underline"
        >
          {row.description?.alt_text ? (
            <span className="line-clamp-2 break-words">{row.description.alt_text}</span>
          ) : (
            <span className="text-muted">No alt text</span>
          )}
          <span className="block truncate text-sm text-muted">{row.name}</span>
        </button>
      </td>
      <td className="py-2 pr-3 text-sm text-muted max-sm:hidden">{whoWrote(row)}</td>
      <td className="w-24 py-2 pr-3 text-sm">
        {isDirty && <span className="font-medium">Not saved</span>}
        {!isDirty && row.is_checked && (
          <span className="inline-flex items-center gap-1">
            <CheckIcon className="size-4" />
            <span className="max-sm:sr-only">Checked</span>
          </span>
        )}
        {!isDirty && !row.is_checked && <VisuallyHidden>Not checked</VisuallyHidden>}
      </td>
    </tr>
  );
};

type AltTextTableProps = { walk: Review; onShow: (id: string) => void };

const IN_VIEW = 100;

export const AltTextTable = ({ walk, onShow }: AltTextTableProps) => {
  const { rows, query, row: current, at } = walk;
  const from = Math.max(0, at - IN_VIEW / 2);
  useImagesInView(rows.slice(from, from + IN_VIEW).map(({ image_id }) => image_id));
  return (
    <section aria-label="The list">
      <table className="w-full table-fixed border-b border-line">
        <caption className="sr-only">Pictures of this list, newest first</caption>
        <thead>
          <tr className="text-left text-sm text-muted">
            <th scope="col" className="w-20 py-2 pl-2 font-medium">
              Picture
            </th>
            <th scope="col" className="py-2 font-medium">
              Alt text
            </th>
            <th scope="col" className="w-48 py-2 font-medium max-sm:hidden">
              Written by
            </th>
            <th scope="col" className="w-24 py-2 font-medium">
              State
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <AltTextLine
              key={row.image_id}
              row={row}
              isCurrent={row.image_id === current?.image_id}
              isDirty={walk.isDirty(row)}
              onShow={() => onShow(row.image_id)}
            />
          ))}
        </tbody>
      </table>
      {query.hasNextPage && (
        <div className="flex justify-center py-5">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </section>
  );
};
