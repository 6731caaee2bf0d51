/** The main pages, as the header and the bar of a phone list them. */
import type { ReactNode } from "react";

import { AlbumsIcon, ArchiveIcon, HeartIcon, PicturesIcon, SettingsIcon, TrashIcon } from "@/ui";

type MainPage = {
  path: string;
  label: string;
  shortLabel: string;
  icon: ReactNode;
  /** Whether the header of a narrow window has it, or the bar of a phone; the account's menu has what they have not. */
  isInNarrowHeader: boolean;
  isInBar: boolean;
};

/** Whether an address is that of a page, or of one below it. */
export const isWithin = (path: string, page: string): boolean =>
  path === page || (page !== "/" && path.startsWith(`${page}/`));

/** What the link to a page says of itself: it is here, or what is here lies below it. */
export const currentness = (path: string, page: string): "page" | "true" | undefined => {
  if (path === page) return "page";
  return isWithin(path, page) ? "true" : undefined;
};

const everywhere = { isInNarrowHeader: true, isInBar: true };

export const mainPages: readonly MainPage[] = [
  {
    ...{ path: "/", label: "Pictures", shortLabel: "Pictures" },
    ...{ icon: <PicturesIcon />, ...everywhere },
  },
  {
    ...{ path: "/albums", label: "Albums", shortLabel: "Albums" },
    ...{ icon: <AlbumsIcon />, ...everywhere },
  },
  {
    ...{ path: "/favourites", label: "Favourites", shortLabel: "Favourites" },
    ...{ icon: <HeartIcon />, ...everywhere },
  },
  {
    ...{ path: "/archive", label: "Archive", shortLabel: "Archive" },
    ...{ icon: <ArchiveIcon />, isInNarrowHeader: false, isInBar: false },
  },
  {
    ...{ path: "/deleted", label: "Recently deleted", shortLabel: "Deleted" },
    ...{ icon: <TrashIcon />, isInNarrowHeader: false, isInBar: false },
  },
  {
    ...{ path: "/settings", label: "Settings", shortLabel: "Settings" },
    ...{ icon: <SettingsIcon />, isInNarrowHeader: false, isInBar: true },
  },
];
