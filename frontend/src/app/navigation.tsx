/** The main pages, as the header and the bar of a phone list them. */
import type { ReactNode } from "react";

import { PlaceIcon } from "@/components/corrections/PlaceIcon";
import { ShareIcon } from "@/components/sharing/ShareIcon";
import {
  AlbumsIcon,
  ArchiveIcon,
  classNames,
  CommandIcon,
  HeartIcon,
  icon,
  Menu,
  PicturesIcon,
  TagIcon,
  TrashIcon,
} from "@/ui";

import { openPalette } from "./palette-opening";

// Here, and not among the icons: nothing else has them.
const AltTextIcon = icon(<path d="M4 5h16v10H9l-5 4Zm4 4h8m-8 3h5" />);
const StatisticsIcon = icon(<path d="M4 20h16M6.5 16.5v-5m5.5 5V4.5m5.5 12v-8" />);

type MainPage = {
  path: string;
  label: string;
  icon: ReactNode;
};

/** Whether an address is that of a page, or of one below it. */
export const isWithin = (path: string, page: string): boolean =>
  path === page || (page !== "/" && path.startsWith(`${page}/`));

/** What the link to a page says of itself: it is here, or what is here lies below it. */
export const currentness = (path: string, page: string): "page" | "true" | undefined => {
  if (path === page) return "page";
  return isWithin(path, page) ? "true" : undefined;
};

/** In the header and the bar of a phone. */
export const firstPages: readonly MainPage[] = [
  { path: "/", label: "Pictures", icon: <PicturesIcon /> },
  { path: "/albums", label: "Albums", icon: <AlbumsIcon /> },
  { path: "/tags", label: "Tags", icon: <TagIcon /> },
];

/** In the header of a wide window, and in the menu of others. */
export const favourites: MainPage = {
  ...{ path: "/favourites", label: "Favourites", icon: <HeartIcon /> },
};

export const morePages: readonly MainPage[] = [
  { path: "/map", label: "Map", icon: <PlaceIcon /> },
  { path: "/archive", label: "Archive", icon: <ArchiveIcon /> },
  { path: "/look-alikes", label: "Look-alikes", icon: <PicturesIcon /> },
  { path: "/alt-texts", label: "Alt texts", icon: <AltTextIcon /> },
  { path: "/statistics", label: "Statistics", icon: <StatisticsIcon /> },
  { path: "/shared", label: "Shared links", icon: <ShareIcon /> },
  { path: "/shared-with-me", label: "Shared with me", icon: <ShareIcon /> },
  { path: "/deleted", label: "Recently deleted", icon: <TrashIcon /> },
];

type MorePagesProps = {
  path: string;
  onGo: (path: string) => void;
  hasFavourites: boolean;
  children: ReactNode;
  className: string;
  buttonClassName: string;
  opensUp?: boolean;
};

/** The menu of the pages that are not beside it. */
export const MorePages = ({
  path,
  onGo,
  hasFavourites,
  buttonClassName,
  ...menu
}: MorePagesProps) => {
  const pages = hasFavourites ? [favourites, ...morePages] : morePages;
  const isHere = pages.some((page) => isWithin(path, page.path));
  return (
    <Menu
      {...menu}
      label="More pages"
      buttonClassName={classNames(buttonClassName, isHere ? "text-ink" : "text-muted")}
      items={[
        ...pages.map(({ label, icon, path: to }) => ({ label, icon, onSelect: () => onGo(to) })),
        { label: "Go to …", icon: <CommandIcon />, onSelect: openPalette },
      ]}
    />
  );
};
