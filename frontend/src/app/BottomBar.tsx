/** Navigation at the bottom of small screens. */
import { Fragment } from "react";
import { Link } from "wouter";

import { classNames, MoreIcon, UploadIcon } from "@/ui";

import { currentness, firstPages, isWithin, MorePages } from "./navigation";
import { openFilePicker } from "./upload-pickers";

const item =
  "flex h-14 grow basis-0 flex-col items-center justify-center gap-0.5 text-xs font-medium focus-visible:-outline-offset-4";

type BottomBarProps = { path: string; onGo: (path: string) => void };

export const BottomBar = ({ path, onGo }: BottomBarProps) => (
  <nav
    aria-label="Main"
    className="fixed inset-x-0 bottom-0 z-20 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] sm:hidden"
  >
    {firstPages.map((page) => (
      <Fragment key={page.path}>
        <Link
          href={page.path}
          aria-current={currentness(path, page.path)}
          className={classNames(item, isWithin(path, page.path) ? "text-ink" : "text-muted")}
        >
          {page.icon}
          {page.label}
        </Link>
        {page.path === "/" && (
          <button
            type="button"
            onClick={openFilePicker}
            className={classNames(item, "text-accent")}
          >
            <UploadIcon />
            Upload
          </button>
        )}
      </Fragment>
    ))}
    <MorePages
      path={path}
      onGo={onGo}
      hasFavourites
      opensUp
      className="flex grow basis-0"
      buttonClassName={classNames(item, "size-auto! rounded-none")}
    >
      <MoreIcon />
      More
    </MorePages>
  </nav>
);
