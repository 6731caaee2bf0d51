/** Page of signed-in devices, with buttons to sign them out. */
import { Page } from "@/components/settings/SideNavLayout";

import { DevicesSection } from "./DevicesSection";

export const DevicesPage = () => (
  <Page
    title="Devices"
    lead="Every browser that is signed in to your account. Signing one out works at once, wherever it is."
  >
    <DevicesSection />
  </Page>
);
