/** Lists of settings pages: what it is, what is known of it, what can be done with it. */
import { Children, useEffect, useRef, type ReactNode } from "react";

import { classNames } from "@/ui";

type RowsProps = {
  /** Read aloud for the list. */
  label: string;
  /** Instead of rows where there are none. */
  empty: ReactNode;
  children: ReactNode;
};

export const Rows = ({ label, empty, children }: RowsProps) => {
  const list = useRef<HTMLDivElement>(null);
  const count = Children.count(children);
  const before = useRef(count);

  // The button that removed a row went with it: without this the focus would fall back to the page's start.
  useEffect(() => {
    if (count < before.current && document.activeElement === document.body) list.current?.focus();
    before.current = count;
  }, [count]);

  return (
    <div ref={list} tabIndex={-1} role="group" aria-label={label} className="rounded-lg">
      {count === 0 ? (
        <p className="text-muted">{empty}</p>
      ) : (
        <ul className="divide-y divide-line">{children}</ul>
      )}
    </div>
  );
};

type RowProps = {
  icon?: ReactNode;
  title: ReactNode;
  badges?: ReactNode;
  /** Lines below the title. */
  children?: ReactNode;
  actions?: ReactNode;
  isFaded?: boolean;
};

export const Row = ({ icon, title, badges, children, actions, isFaded = false }: RowProps) => (
  <li className="flex items-start gap-x-4 py-4 first:pt-0 last:pb-0">
    {icon !== undefined && (
      <span
        className={classNames(
          "flex size-10 shrink-0 items-center justify-center rounded-full bg-sunken max-sm:hidden",
          isFaded ? "text-muted" : "text-ink",
        )}
      >
        {icon}
      </span>
    )}
    <div className="flex min-w-0 grow flex-wrap items-center gap-x-4 gap-y-2">
      <div className="min-w-0 grow basis-44">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className={classNames("font-medium", isFaded && "text-muted")}>{title}</span>
          {badges}
        </p>
        {children !== undefined && <div className="mt-0.5 text-sm text-muted">{children}</div>}
      </div>
      {actions !== undefined && <div className="flex shrink-0 items-center gap-1">{actions}</div>}
    </div>
  </li>
);

/** The rows' place while they are on their way. */
export const RowsWaiting = ({ label, rows = 2 }: { label: string; rows?: number }) => (
  <div role="status" className="animate-breathe divide-y divide-line">
    <span className="sr-only">{label}</span>
    {Array.from({ length: rows }, (_, row) => (
      <div
        key={row}
        aria-hidden="true"
        className="flex items-center gap-4 py-4 first:pt-0 last:pb-0"
      >
        <div className="size-10 rounded-full bg-sunken max-sm:hidden" />
        <div className="grow space-y-2">
          <div className="h-4 w-40 rounded-full bg-sunken" />
          <div className="h-3.5 w-64 max-w-full rounded-full bg-sunken" />
        </div>
      </div>
    ))}
  </div>
);
