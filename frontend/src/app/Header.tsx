/** The top of every page: where one is, uploading, and the account. */
import { Suspense } from "react";
import { Link } from "wouter";

import { toProblem, useSession, useSignOut } from "@/api";
import {
  Button,
  ChevronDownIcon,
  classNames,
  CommandIcon,
  FolderIcon,
  IconButton,
  LogoMark,
  Menu,
  PersonIcon,
  PicturesIcon,
  SearchIcon,
  SettingsIcon,
  ShieldIcon,
  SignOutIcon,
  UploadIcon,
  useToast,
} from "@/ui";

import { SearchBox } from "./lazy-screens";
import { currentness, favourites, firstPages, isWithin, MorePages } from "./navigation";
import { openPalette } from "./palette-opening";
import { SEARCH } from "./search-address";
import { openFilePicker, openFolderPicker } from "./upload-pickers";

const AccountMenu = ({ onGo }: { onGo: (path: string) => void }) => {
  const { user } = useSession();
  const signOut = useSignOut();
  const toast = useToast();
  return (
    <Menu
      label="Account"
      buttonClassName="bg-sunken"
      items={[
        { label: "Settings", icon: <SettingsIcon />, onSelect: () => onGo("/settings") },
        ...(user?.is_administrator
          ? [{ label: "Administration", icon: <ShieldIcon />, onSelect: () => onGo("/admin") }]
          : []),
        {
          label: "Sign out",
          icon: <SignOutIcon />,
          onSelect: () =>
            signOut.mutate(undefined, {
              onError: (error) => toast.show({ tone: "error", message: toProblem(error).detail }),
            }),
        },
      ]}
      header={
        <p className="border-b border-line px-4.5 py-3.5 text-sm">
          <span className="block text-muted">Signed in as</span>
          <span className="font-medium">{user?.email}</span>
        </p>
      }
    >
      <PersonIcon />
    </Menu>
  );
};

const UploadButtons = () => (
  <div className="hidden items-center gap-1 sm:flex">
    <Button look="primary" icon={<UploadIcon />} onClick={openFilePicker}>
      Upload
    </Button>
    <Menu
      label="More ways to upload"
      items={[
        { label: "Choose pictures", icon: <PicturesIcon />, onSelect: openFilePicker },
        { label: "Choose a folder", icon: <FolderIcon />, onSelect: openFolderPicker },
      ]}
    >
      <ChevronDownIcon />
    </Menu>
  </div>
);

const item = "h-10 rounded-full px-3 font-medium whitespace-nowrap max-md:px-2.5 lg:px-4";

type HeaderProps = { path: string; onGo: (path: string) => void };

export const Header = ({ path, onGo }: HeaderProps) => (
  <header className="sticky top-0 z-20 border-b border-transparent bg-canvas pt-[env(safe-area-inset-top)]">
    <div className="flex h-14 items-center gap-2 px-4 sm:h-16 sm:px-6">
      <Link
        href="/"
        aria-label="Pinhole, your pictures"
        className="mr-4 flex h-11 items-center gap-2.5 sm:max-md:mr-0 rounded-lg text-lg font-semibold tracking-tight"
      >
        <LogoMark />
        <span className="sm:max-md:hidden">Pinhole</span>
      </Link>
      <nav aria-label="Main" className="hidden gap-1 sm:flex">
        {[...firstPages, favourites].map((page) => (
          <Link
            key={page.path}
            href={page.path}
            aria-current={currentness(path, page.path)}
            className={classNames(
              item,
              "flex items-center transition-colors",
              page === favourites && "max-lg:hidden",
              isWithin(path, page.path) ? "bg-sunken text-ink" : "text-muted hover:text-ink",
            )}
          >
            {page.label}
          </Link>
        ))}
        {[false, true].map((hasFavourites) => (
          <MorePages
            key={String(hasFavourites)}
            path={path}
            onGo={onGo}
            hasFavourites={hasFavourites}
            className={hasFavourites ? "lg:hidden" : "max-lg:hidden"}
            buttonClassName={classNames(item, "w-auto! gap-1.5 hover:text-ink")}
          >
            More
            <ChevronDownIcon className="size-4" />
          </MorePages>
        ))}
      </nav>
      <div className="ml-auto flex items-center gap-3 max-sm:gap-1">
        {path !== SEARCH && (
          <>
            <Suspense fallback={<div className="w-52 max-xl:hidden" />}>
              <SearchBox className="w-52 max-xl:hidden" isNarrow onGo={onGo} />
            </Suspense>
            <Link
              href={SEARCH}
              aria-label="Search"
              className="flex size-11 items-center justify-center rounded-full xl:hidden"
            >
              <SearchIcon />
            </Link>
          </>
        )}
        <IconButton
          label="Go to page, album, tag or date"
          className="sm:hidden"
          onClick={openPalette}
        >
          <CommandIcon />
        </IconButton>
        <UploadButtons />
        <AccountMenu onGo={onGo} />
      </div>
    </div>
  </header>
);
