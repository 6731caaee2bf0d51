/** By what the pictures of an album are ordered. */
import { useId } from "react";

import { toProblem, useChangeAlbum, type Album, type AlbumOrder } from "@/api";
import { Spinner, useToast } from "@/ui";

const ORDERS: readonly [AlbumOrder, string][] = [
  ["newest", "Newest first"],
  ["oldest", "Oldest first"],
  ["manual", "By hand"],
];

export const OrderSelect = ({ album: { id, order } }: { album: Album }) => {
  const { mutate, isPending, variables } = useChangeAlbum();
  const toast = useToast();
  const field = useId();
  const choose = (next: string) => {
    const found = ORDERS.find(([value]) => value === next)?.[0];
    if (found === undefined || found === order) return;
    mutate(
      { id, changes: { order: found } },
      { onError: (error) => toast.show({ tone: "error", message: toProblem(error).detail }) },
    );
  };
  return (
    <span className="inline-flex items-center gap-2">
      <label htmlFor={field} className="text-sm text-muted">
        Order
      </label>
      <select
        id={field}
        value={isPending ? (variables.changes.order ?? order) : order}
        onChange={(event) => choose(event.target.value)}
        disabled={isPending}
        className="h-10 rounded-full border border-edge bg-surface px-3 text-ink focus:outline-2 focus:outline-offset-0 focus:outline-accent pointer-coarse:h-11"
      >
        {ORDERS.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      {isPending && <Spinner />}
    </span>
  );
};
