/** What touched the safety of one's account. */
import { Link } from "wouter";

import { useActivity } from "@/api";
import { buttonClass } from "@/ui";

import { Section } from "../frame/Section";
import { Page } from "../frame/SidePages";
import { EventList } from "./EventList";

export const ActivityPage = () => (
  <Page title="Activity" lead="Sign-ins, changes of passwords and keys, and what was refused.">
    <Section
      title="Something here was not you?"
      lead="See everything that opens your account on one page, and end what you do not know."
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
