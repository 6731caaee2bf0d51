/** Page of the security events of the account. */
import { Link } from "wouter";

import { useActivity } from "@/api";
import { EventList } from "@/components/audit/EventList";
import { Section } from "@/components/settings/Section";
import { Page } from "@/components/settings/SideNavLayout";
import { buttonClass } from "@/ui";

export const ActivityPage = () => (
  <Page title="Activity" lead="Sign-ins, changes of passwords and keys, and what was refused.">
    <Section
      title="Something here was not you?"
      lead="See all ways to sign in to your account on one page, and remove those that you do not recognize."
    >
      <Link href="/settings/ways-in" className={buttonClass()}>
        This was not me
      </Link>
    </Section>
    <Section title="Latest">
      <EventList pages={useActivity()} label="Activity" />
    </Section>
  </Page>
);
