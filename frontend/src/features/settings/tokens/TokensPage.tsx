/** Access tokens: how a person's scripts reach their pictures. */
import { Page } from "@/components/settings/SideNavLayout";

import { TokensSection } from "./TokensSection";

export const TokensPage = () => (
  <Page
    title="Access tokens"
    lead="For your own scripts and programs. A token reaches your pictures, never your account; give each program its own."
  >
    <TokensSection />
  </Page>
);
