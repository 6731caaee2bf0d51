/** Empty and error states of a page. */
import type { ReactNode } from "react";

import { Button } from "./Button";
import { RetryIcon, WarningIcon } from "./icons";

type EmptyStateProps = {
  picture?: ReactNode;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
};

export const EmptyState = ({ picture, title, children, actions }: EmptyStateProps) => (
  <div className="mx-auto flex max-w-md flex-col items-center px-6 py-16 text-center">
    {picture}
    <h2 className="mt-6 text-xl font-semibold tracking-tight">{title}</h2>
    {children !== undefined && <div className="mt-2 text-muted">{children}</div>}
    {actions !== undefined && (
      <div className="mt-6 flex flex-wrap justify-center gap-3">{actions}</div>
    )}
  </div>
);

type ErrorStateProps = { title: string; detail: string; onRetry?: () => void; busy?: boolean };

export const ErrorState = ({ title, detail, onRetry, busy = false }: ErrorStateProps) => (
  <div role="alert" className="mx-auto flex max-w-md flex-col items-center px-6 py-16 text-center">
    <span className="mb-5 flex size-16 items-center justify-center rounded-full bg-danger-soft text-danger">
      <WarningIcon className="size-7" />
    </span>
    <h2 className="text-xl font-semibold tracking-tight">{title}</h2>
    <p className="mt-2 text-muted">{detail}</p>
    {onRetry && (
      <Button className="mt-6" onClick={onRetry} busy={busy} icon={<RetryIcon />}>
        Try again
      </Button>
    )}
  </div>
);
