/** The settings: a list of pages, and the one that is chosen. */
import type { ReactNode } from "react";

import {
  BoxIcon,
  HistoryIcon,
  KeyIcon,
  ScriptIcon,
  SlidersIcon,
} from "@/components/settings/icons";
import { SideNavLayout, type SidePage } from "@/components/settings/SideNavLayout";
import { FolderIcon, MonitorIcon, PersonIcon, ShieldIcon, SparkleIcon } from "@/ui";

import { AccountPage } from "./account/AccountPage";
import { ActivityPage } from "./activity/ActivityPage";
import { DescriptionsPage } from "./descriptions/DescriptionsPage";
import { DevicesPage } from "./devices/DevicesPage";
import { ExportAndDeletionPage } from "./export-and-deletion/ExportAndDeletionPage";
import { PreferencesPage } from "./preferences/PreferencesPage";
import type { ThemeChoice } from "./preferences/ThemeSection";
import { StorageAccessPage } from "./storage-access/StorageAccessPage";
import { SecurityPage } from "./security/SecurityPage";
import { SignInMethodsPage } from "./sign-in-methods/SignInMethodsPage";
import { TokensPage } from "./tokens/TokensPage";

const BASE = "/settings";

const pages: readonly SidePage[] = [
  {
    path: `${BASE}/account`,
    label: "Account",
    summary: "E-mail, password, storage",
    icon: <PersonIcon />,
  },
  {
    path: `${BASE}/preferences`,
    label: "Preferences",
    summary: "Appearance, stacks",
    icon: <SlidersIcon />,
  },
  {
    path: `${BASE}/descriptions`,
    label: "Descriptions",
    summary: "By AI: consent, costs, what was sent",
    icon: <SparkleIcon />,
  },
  {
    path: `${BASE}/security`,
    label: "Security",
    summary: "Passkeys, authenticator app, linked accounts",
    icon: <ShieldIcon />,
  },
  {
    path: `${BASE}/devices`,
    label: "Devices",
    summary: "Where you are signed in",
    icon: <MonitorIcon />,
  },
  {
    path: `${BASE}/tokens`,
    label: "Access tokens",
    summary: "For your own scripts",
    icon: <ScriptIcon />,
  },
  {
    path: `${BASE}/ways-in`,
    label: "Ways to sign in",
    summary: "All ways to sign in to your account",
    icon: <KeyIcon />,
  },
  {
    path: `${BASE}/activity`,
    label: "Activity",
    summary: "Security events",
    icon: <HistoryIcon />,
  },
  {
    path: `${BASE}/storage`,
    label: "Storage access",
    summary: "Test that you can read only your own files",
    icon: <FolderIcon />,
  },
  {
    path: `${BASE}/data`,
    label: "Your data",
    summary: "Download everything, delete the account",
    icon: <BoxIcon />,
  },
];

type Theme = { theme: ThemeChoice; onThemeChange: (theme: ThemeChoice) => void };

const contentOf = (path: string, theme: Theme): ReactNode => {
  switch (path) {
    case BASE:
    case `${BASE}/account`:
      return <AccountPage />;
    case `${BASE}/preferences`:
      return <PreferencesPage {...theme} />;
    case `${BASE}/descriptions`:
      return <DescriptionsPage />;
    case `${BASE}/security`:
      return <SecurityPage />;
    case `${BASE}/devices`:
      return <DevicesPage />;
    case `${BASE}/tokens`:
      return <TokensPage />;
    case `${BASE}/ways-in`:
      return <SignInMethodsPage />;
    case `${BASE}/activity`:
      return <ActivityPage />;
    case `${BASE}/storage`:
      return <StorageAccessPage />;
    case `${BASE}/data`:
      return <ExportAndDeletionPage />;
    default:
      return null;
  }
};

type SettingsProps = Theme & {
  /** The address, from "/settings" on. */
  path: string;
  /** For an address that leads nowhere. */
  notFound: ReactNode;
};

export const Settings = ({ path, notFound, ...theme }: SettingsProps) => {
  const content = contentOf(path, theme);
  if (content === null) return notFound;
  return (
    <SideNavLayout title="Settings" base={BASE} pages={pages} path={path}>
      {content}
    </SideNavLayout>
  );
};
