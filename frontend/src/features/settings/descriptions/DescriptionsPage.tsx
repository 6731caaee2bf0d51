/** Descriptions by a model: consent, money, what is never sent, and what was. */
import { useAccount, useDescriptionCosts, useSession } from "@/api";
import { DateTime } from "@/components/settings/DateTime";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Section } from "@/components/settings/Section";
import { Page } from "@/components/settings/SideNavLayout";

import { BatchesSection } from "./BatchesSection";
import { BudgetSection } from "./BudgetSection";
import { CallsSection } from "./CallsSection";
import { DescriptionsSection } from "./DescriptionsSection";
import { PreferencesSection } from "./PreferencesSection";
import { NeverSendSection } from "./NeverSendSection";

const Costs = () => {
  const costs = useDescriptionCosts();
  return (
    <>
      {costs.data === undefined ? (
        <Section title="What it costs">
          <QueryBoundary query={costs} what="the costs" rows={2}>
            {() => null}
          </QueryBoundary>
        </Section>
      ) : (
        <>
          {costs.data.stopped !== null && (
            <p role="status" className="rounded-2xl bg-danger-soft px-5 py-4 text-danger">
              {costs.data.stopped.detail} Next try: <DateTime at={costs.data.stopped.until} />.
            </p>
          )}
          <BatchesSection />
          <BudgetSection costs={costs.data} />
          <PreferencesSection />
          <NeverSendSection neverSent={costs.data.never_sent} />
        </>
      )}
      <CallsSection />
    </>
  );
};

export const DescriptionsPage = () => {
  const account = useAccount();
  const { descriptions } = useSession();
  return (
    <Page title="Descriptions" lead="Written by a model for each picture, if you want it.">
      {account.data ? (
        <DescriptionsSection account={account.data} offer={descriptions} />
      ) : (
        <Section title="Descriptions">
          <QueryBoundary query={account} what="your settings" rows={3}>
            {() => null}
          </QueryBoundary>
        </Section>
      )}
      {descriptions.available && <Costs />}
    </Page>
  );
};
