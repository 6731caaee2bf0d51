/** For addresses that lead nowhere. */
import { Link } from "wouter";

import { buttonClass, EmptyState, LogoMark, usePageTitle } from "@/ui";

export const NotFound = () => {
  usePageTitle("Not found");
  return (
    <>
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        picture={<LogoMark className="size-16" />}
        title="There is nothing at this address"
        actions={
          <Link href="/" className={buttonClass("primary")}>
            To your pictures
          </Link>
        }
      >
        <p>It may have been mistyped, or the picture may have been deleted for good.</p>
      </EmptyState>
    </>
  );
};
