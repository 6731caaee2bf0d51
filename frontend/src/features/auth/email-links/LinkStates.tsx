/** States of an e-mail link: loading, and no longer valid. */
import type { ReactNode } from "react";
import { Link } from "wouter";

import { toProblem } from "@/api";
import { Button, buttonClass, Spinner, VisuallyHidden } from "@/ui";

import { AuthLayout } from "../shared/AuthLayout";

type WayOn = { href: string; label: string };

type DeadLinkProps = { children: ReactNode; wayOn: WayOn };

export const DeadLink = ({ children, wayOn }: DeadLinkProps) => (
  <AuthLayout title="This link no longer works" lead={children}>
    <Link href={wayOn.href} className={`${buttonClass("primary")} w-full`}>
      {wayOn.label}
    </Link>
  </AuthLayout>
);

/** The query that looks at the link. */
type Look<Found> = {
  data: Found | undefined;
  error: unknown;
  isFetching: boolean;
  refetch: () => unknown;
};

type LookedAtProps<Found> = {
  look: Look<Found>;
  /** Instead of what the link was for. */
  dead: ReactNode;
  children: (found: Found) => ReactNode;
};

/** Shows the page once the link was looked at, or why it cannot. */
export const LookedAt = <Found,>({ look, dead, children }: LookedAtProps<Found>) => {
  if (look.data !== undefined) return children(look.data);
  const problem = look.error ? toProblem(look.error) : null;
  if (problem && problem.status >= 400 && problem.status < 500 && problem.status !== 429) {
    return dead;
  }
  if (problem) {
    return (
      <AuthLayout title="Your link could not be checked" lead={problem.detail}>
        <Button look="primary" busy={look.isFetching} onClick={look.refetch} className="w-full">
          Try again
        </Button>
      </AuthLayout>
    );
  }
  return (
    <div role="status" className="flex min-h-dvh items-center justify-center text-muted">
      <Spinner className="size-8" />
      <VisuallyHidden>Checking your link</VisuallyHidden>
    </div>
  );
};
