/** Taking everything away, and leaving. */
import { Page } from "@/components/settings/SideNavLayout";

import { DeletionSection } from "./DeleteAccountSection";
import { ExportSection } from "./ExportSection";

export const LeavingPage = () => (
  <Page title="Your data" lead="Your pictures are yours: take them with you whenever you like.">
    <ExportSection />
    <DeletionSection />
  </Page>
);
