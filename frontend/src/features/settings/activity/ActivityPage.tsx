/** What touched the safety of one's account. */
import { useActivity } from "@/api";

import { Section } from "../frame/Section";
import { Page } from "../frame/SidePages";
import { EventList } from "./EventList";

export const ActivityPage = () => (
  <Page
    title="Activity"
    lead="Sign-ins, changes of passwords and keys, and what was refused. If something here was not you, change your password and sign out all other devices."
  >
    <Section title="Latest">
      <EventList pages={useActivity()} label="Activity" />
    </Section>
  </Page>
);
