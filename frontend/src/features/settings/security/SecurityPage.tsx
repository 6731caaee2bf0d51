/** Page of the sign-in methods of the account. */
import { Page } from "@/components/settings/SideNavLayout";

import { FactorSections } from "./FactorSections";

export const SecurityPage = () => (
  <Page
    title="Security"
    lead="With a passkey or an authenticator app, nobody can sign in with your password alone."
  >
    <FactorSections />
  </Page>
);
