/** All ways to sign in to the account on one page, each with a button that removes it. */
import { Link, useSearchParams } from "wouter";

import { useActivity, useSession } from "@/api";
import { eventLabel } from "@/components/audit/event-labels";
import { DateTime } from "@/components/settings/DateTime";
import { Section } from "@/components/settings/Section";
import { Page } from "@/components/settings/SideNavLayout";
import { buttonClass, FormAlert } from "@/ui";

import { DevicesSection } from "../devices/DevicesSection";
import { FactorSections } from "../security/FactorSections";
import { TokensSection } from "../tokens/TokensSection";

/** What the last reset removed, while it is among the newest events. */
const Removed = () => {
  const event = useActivity().data?.find((each) => each.event === "ways_in_removed");
  if (!event) return null;
  return (
    <FormAlert tone="note">
      {eventLabel(event.event, event.detail)}, <DateTime at={event.at} />.
    </FormAlert>
  );
};

const AfterReset = () => (
  <FormAlert tone="note">
    Your new password is set. All other devices were signed out, and access tokens no longer work.
    What is listed here can still sign in.
  </FormAlert>
);

export const SignInMethodsPage = () => {
  const { user } = useSession();
  const [search] = useSearchParams();
  const isAfterReset = search.get("after") === "reset";
  return (
    <Page
      title="Ways to sign in"
      lead="All ways to sign in to your account. Remove those that you do not recognize or no longer use."
    >
      {isAfterReset && <AfterReset />}
      <Removed />
      {!isAfterReset && (
        <Section
          title="Was somebody else here?"
          lead="Set a new password first: it signs out every other device. Then end what you do not know below, access tokens too."
        >
          <Link href="/settings/account" className={buttonClass("primary")}>
            {user?.has_password ? "Change the password" : "Set a password"}
          </Link>
        </Section>
      )}
      <DevicesSection />
      <TokensSection />
      <FactorSections />
    </Page>
  );
};
