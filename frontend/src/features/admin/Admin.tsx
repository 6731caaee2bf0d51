/** Looking after the site: people, who may join, and the record of all. */
import type { ReactNode } from "react";

import { HistoryIcon, InviteIcon, PeopleIcon } from "@/components/settings/icons";
import { SideNavLayout, type SidePage } from "@/components/settings/SideNavLayout";

import { AuditLogPage } from "./AuditLogPage";
import { InvitationsPage } from "./InvitationsPage";
import { UsersPage } from "./UsersPage";

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
    summary: "Security events of all accounts",
    icon: <HistoryIcon />,
  },
];

const contentOf = (path: string): ReactNode => {
  switch (path) {
    case BASE:
    case `${BASE}/people`:
      return <UsersPage />;
    case `${BASE}/invites`:
      return <InvitationsPage />;
    case `${BASE}/activity`:
      return <AuditLogPage />;
    default:
      return null;
  }
};

type AdministrationProps = { path: string; notFound: ReactNode };

export const Admin = ({ path, notFound }: AdministrationProps) => {
  const content = contentOf(path);
  if (content === null) return notFound;
  return (
    <SideNavLayout title="Administration" base={BASE} pages={pages} path={path}>
      {content}
    </SideNavLayout>
  );
};
