/** Pages beside a list of them; on a phone the list is a page of its own, and each page leads back to it. */
import type { ReactNode } from "react";
import { Link } from "wouter";

import { ChevronLeftIcon, ChevronRightIcon, classNames, usePageTitle } from "@/ui";

export type SidePage = { path: string; label: string; summary: string; icon: ReactNode };

type SidePagesProps = {
  title: string;
  /** Where the list is. On a wide screen the first page stands there as well. */
  base: string;
  pages: readonly SidePage[];
  /** The address of the page that is shown. */
  path: string;
  children: ReactNode;
};

type PageLinkProps = { page: SidePage; isCurrent: boolean; isShown: boolean };

const PageLink = ({ page, isCurrent, isShown }: PageLinkProps) => (
  <li>
    <Link
      href={page.path}
      aria-current={isCurrent ? "page" : undefined}
      className={classNames(
        "flex min-h-16 items-center gap-4 px-5 py-2.5 transition-colors focus-visible:-outline-offset-2",
        "md:min-h-11 md:gap-3 md:rounded-full md:px-4 md:py-1 md:font-medium",
        isShown ? "md:bg-sunken md:text-ink" : "md:text-muted md:hover:text-ink",
      )}
    >
      {page.icon}
      <span className="min-w-0 grow">
        <span className="block font-medium">{page.label}</span>
        <span className="block text-sm text-muted md:hidden">{page.summary}</span>
      </span>
      <ChevronRightIcon className="size-4 text-muted md:hidden" />
    </Link>
  </li>
);

export const SideNavLayout = ({ title, base, pages, path, children }: SidePagesProps) => {
  const isList = path === base;
  const shown = isList ? pages[0]?.path : path;
  return (
    <div className="mx-auto max-w-5xl md:grid md:grid-cols-[13rem_minmax(0,1fr)] md:gap-10 md:pt-4">
      <div className={classNames("md:sticky md:top-20 md:self-start", !isList && "max-md:hidden")}>
        <h1 className="py-3 text-2xl font-semibold tracking-tight md:hidden">{title}</h1>
        <p className="px-4 pb-2 text-sm font-medium text-muted max-md:hidden">{title}</p>
        <nav aria-label={title}>
          <ul className="divide-y divide-line overflow-hidden rounded-3xl border border-line bg-surface md:space-y-1 md:divide-y-0 md:overflow-visible md:rounded-none md:border-0 md:bg-transparent">
            {pages.map((page) => (
              <PageLink
                key={page.path}
                page={page}
                isCurrent={page.path === path}
                isShown={page.path === shown}
              />
            ))}
          </ul>
        </nav>
      </div>
      <div className={classNames("min-w-0", isList && "max-md:hidden")}>
        <Link
          href={base}
          className="-ml-1.5 inline-flex h-11 items-center gap-1 font-medium text-muted md:hidden"
        >
          <ChevronLeftIcon className="size-4" />
          {title}
        </Link>
        {children}
      </div>
    </div>
  );
};

type PageProps = { title: string; lead?: string; children: ReactNode };

/** One of them. */
export const Page = ({ title, lead, children }: PageProps) => {
  usePageTitle(title);
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
      {lead !== undefined && <p className="mt-1 max-w-prose text-muted">{lead}</p>}
      <div className="mt-5 space-y-5">{children}</div>
    </>
  );
};
