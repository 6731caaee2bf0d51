/** What is a matter of taste: descriptions and appearance. */
import { useAccount, useSession } from "@/api";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Section } from "@/components/settings/Section";
import { Page } from "@/components/settings/SideNavLayout";

import { DescriptionsSection } from "./DescriptionsSection";
import { StackingSection } from "./StackingSection";
import { ThemeSection, type ThemeChoice } from "./ThemeSection";

type PreferencesPageProps = { theme: ThemeChoice; onThemeChange: (theme: ThemeChoice) => void };

export const PreferencesPage = ({ theme, onThemeChange }: PreferencesPageProps) => {
  const account = useAccount();
  const { descriptions } = useSession();
  return (
    <Page title="Preferences">
      <ThemeSection theme={theme} onThemeChange={onThemeChange} />
      {account.data ? (
        <>
          <StackingSection account={account.data} />
          <DescriptionsSection account={account.data} offer={descriptions} />
        </>
      ) : (
        <Section title="Descriptions">
          <QueryBoundary query={account} what="your preferences" rows={3}>
            {() => null}
          </QueryBoundary>
        </Section>
      )}
    </Page>
  );
};
