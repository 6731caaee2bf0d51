/** What touched anybody's account. */
import { useEverybodysActivity } from "@/api";

import { EventList } from "../activity/EventList";
import { Section } from "../frame/Section";
import { Page } from "../frame/SidePages";

export const SiteActivityPage = () => (
  <Page
    title="Activity"
    lead="What touched the safety of anybody’s account. It never says what pictures show."
  >
    <Section title="Latest">
      <EventList pages={useEverybodysActivity()} label="Activity of the site" />
    </Section>
  </Page>
);
