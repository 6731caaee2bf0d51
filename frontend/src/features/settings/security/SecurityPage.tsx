/** How a person proves who they are. */
import { Page } from "@/components/settings/SideNavLayout";

import { FactorSections } from "./FactorSections";

export const SecurityPage = () => (
  <Page title="Security" lead="With a passkey or an app, a stolen password opens nothing.">
    <FactorSections />
  </Page>
);
