/** Renders the loading, error or success state of a query. */
import type { ReactNode } from "react";

import { toProblem } from "@/api";
import { Button, RetryIcon } from "@/ui";

import { RowsWaiting } from "./Rows";

type Asked<T> = {
  data: T | undefined;
  error: Error | null;
  isFetching: boolean;
  refetch: () => unknown;
};

type LoadedProps<T> = {
  query: Asked<T>;
  /** As in "… could not be loaded" and "Loading …". */
  what: string;
  /** About how many rows there will be, so that nothing below jumps. */
  rows?: number;
  children: (data: T) => ReactNode;
};

export const QueryBoundary = <T,>({ query, what, rows = 2, children }: LoadedProps<T>) => {
  if (query.data !== undefined) return children(query.data);
  if (query.error === null) return <RowsWaiting label={`Loading ${what}`} rows={rows} />;
  return (
    <div role="alert" className="flex flex-wrap items-center justify-between gap-4">
      <p>
        <span className="block font-medium">
          {what.charAt(0).toUpperCase() + what.slice(1)} could not be loaded
        </span>
        <span className="text-muted">{toProblem(query.error).detail}</span>
      </p>
      <Button onClick={() => void query.refetch()} busy={query.isFetching} icon={<RetryIcon />}>
        Try again
      </Button>
    </div>
  );
};
