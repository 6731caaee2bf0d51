/** Taking everything away, and leaving. */
import { Page } from "../frame/SidePages";
import { DeletionSection } from "./DeletionSection";
import { ExportSection } from "./ExportSection";

export const LeavingPage = () => (
  <Page title="Your data" lead="Your pictures are yours: take them with you whenever you like.">
    <ExportSection />
    <DeletionSection />
  </Page>
);
