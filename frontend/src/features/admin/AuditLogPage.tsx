/** What touched anybody's account. */
import { useEverybodysActivity } from "@/api";
import { EventList } from "@/components/audit/EventList";
import { Section } from "@/components/settings/Section";
import { Page } from "@/components/settings/SideNavLayout";

export const AuditLogPage = () => (
  <Page
    title="Activity"
    lead="What touched the safety of anybody’s account. It never says what pictures show."
  >
    <Section title="Latest">
      <EventList pages={useEverybodysActivity()} label="Activity of the site" />
    </Section>
  </Page>
);
