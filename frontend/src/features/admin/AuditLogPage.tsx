/** Page of the audit log of all accounts. */
import { useEverybodysActivity } from "@/api";
import { EventList } from "@/components/audit/EventList";
import { Section } from "@/components/settings/Section";
import { Page } from "@/components/settings/SideNavLayout";

export const AuditLogPage = () => (
  <Page title="Activity" lead="Security events of all accounts. Pictures are never part of it.">
    <Section title="Latest">
      <EventList pages={useEverybodysActivity()} label="Activity of the site" />
    </Section>
  </Page>
);
