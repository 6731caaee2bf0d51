/** Navigation at the bottom of small screens. */
import { Fragment } from "react";
import { Link } from "wouter";

import { classNames, UploadIcon } from "@/ui";

import { currentness, isWithin, mainPages } from "./navigation";
import { openFilePicker } from "./upload-pickers";

const item =
  "flex h-14 grow basis-0 flex-col items-center justify-center gap-0.5 text-xs font-medium focus-visible:-outline-offset-4";

export const BottomBar = ({ path }: { path: string }) => (
  <nav
    aria-label="Main"
    className="fixed inset-x-0 bottom-0 z-20 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] sm:hidden"
  >
    {mainPages
      .filter(({ isInBar }) => isInBar)
      .map((page) => (
        <Fragment key={page.path}>
          <Link
            href={page.path}
            aria-current={currentness(path, page.path)}
            className={classNames(item, isWithin(path, page.path) ? "text-ink" : "text-muted")}
          >
            {page.icon}
            {page.shortLabel}
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
  </nav>
);
