/** Taking everything away, and leaving. */
import { Page } from "@/components/settings/SideNavLayout";

import { DeleteAccountSection } from "./DeleteAccountSection";
import { ExportSection } from "./ExportSection";

export const ExportAndDeletionPage = () => (
  <Page title="Your data" lead="Your pictures are yours: take them with you whenever you like.">
    <ExportSection />
    <DeleteAccountSection />
  </Page>
);
