/** Looking after the site: people, who may join, and the record of all. */
import type { ReactNode } from "react";

import { HistoryIcon, InviteIcon, PeopleIcon } from "@/components/settings/icons";
import { SidePages, type SidePage } from "@/components/settings/SideNavLayout";

import { SiteActivityPage } from "./AuditLogPage";
import { InvitesPage } from "./InvitationsPage";
import { PeoplePage } from "./UsersPage";

const BASE = "/admin";

const pages: readonly SidePage[] = [
  {
    path: `${BASE}/people`,
    label: "People",
    summary: "Who has an account, and how much they keep",
    icon: <PeopleIcon />,
  },
  {
    path: `${BASE}/invites`,
    label: "Invitations",
    summary: "Links by which people join",
    icon: <InviteIcon />,
  },
  {
    path: `${BASE}/activity`,
    label: "Activity",
    summary: "What touched anybody’s account",
    icon: <HistoryIcon />,
  },
];

const contentOf = (path: string): ReactNode => {
  switch (path) {
    case BASE:
    case `${BASE}/people`:
      return <PeoplePage />;
    case `${BASE}/invites`:
      return <InvitesPage />;
    case `${BASE}/activity`:
      return <SiteActivityPage />;
    default:
      return null;
  }
};

type AdministrationProps = { path: string; notFound: ReactNode };

export const Administration = ({ path, notFound }: AdministrationProps) => {
  const content = contentOf(path);
  if (content === null) return notFound;
  return (
    <SidePages title="Administration" base={BASE} pages={pages} path={path}>
      {content}
    </SidePages>
  );
};
