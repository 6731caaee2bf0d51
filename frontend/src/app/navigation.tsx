/** The main pages, as the header and the bar of a phone list them. */
import type { ReactNode } from "react";

import { PicturesIcon, SettingsIcon, TrashIcon } from "@/ui";

type MainPage = { path: string; label: string; shortLabel: string; icon: ReactNode };

export const mainPages: readonly MainPage[] = [
  { path: "/", label: "Pictures", shortLabel: "Pictures", icon: <PicturesIcon /> },
  { path: "/deleted", label: "Recently deleted", shortLabel: "Deleted", icon: <TrashIcon /> },
  { path: "/settings", label: "Settings", shortLabel: "Settings", icon: <SettingsIcon /> },
];
