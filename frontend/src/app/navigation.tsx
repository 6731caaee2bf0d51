/** The main pages, as the header and the bar of a phone list them. */
import type { ReactNode } from "react";

import { PicturesIcon, SettingsIcon, TrashIcon } from "@/ui";

type MainPage = { path: string; label: string; shortLabel: string; icon: ReactNode };

/** Whether an address is that of a page, or of one below it. */
export const isWithin = (path: string, page: string): boolean =>
  path === page || (page !== "/" && path.startsWith(`${page}/`));

/** What the link to a page says of itself: it is here, or what is here lies below it. */
export const currentness = (path: string, page: string): "page" | "true" | undefined => {
  if (path === page) return "page";
  return isWithin(path, page) ? "true" : undefined;
};

export const mainPages: readonly MainPage[] = [
  { path: "/", label: "Pictures", shortLabel: "Pictures", icon: <PicturesIcon /> },
  { path: "/deleted", label: "Recently deleted", shortLabel: "Deleted", icon: <TrashIcon /> },
  { path: "/settings", label: "Settings", shortLabel: "Settings", icon: <SettingsIcon /> },
];
