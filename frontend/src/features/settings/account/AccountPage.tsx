/** Account settings: e-mail address, password, storage. */
import { useSecurity } from "@/api";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Section } from "@/components/settings/Section";
import { Page } from "@/components/settings/SideNavLayout";

import { AccountSection } from "./AccountSection";
import { EmailSection } from "./EmailSection";
import { PasswordSection } from "./PasswordSection";

export const AccountPage = () => {
  const security = useSecurity();
  return (
    <Page title="Account">
      <AccountSection />
      <EmailSection pending={security.data?.pending_email ?? null} />
      {security.data ? (
        <PasswordSection security={security.data} />
      ) : (
        <Section title="Password">
          <QueryBoundary query={security} what="your password’s state" rows={1}>
            {() => null}
          </QueryBoundary>
        </Section>
      )}
    </Page>
  );
};
