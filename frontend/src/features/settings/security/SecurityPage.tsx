/** How a person proves who they are. */
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
