/** Appearance and stacks. */
import { useAccount } from "@/api";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Section } from "@/components/settings/Section";
import { Page } from "@/components/settings/SideNavLayout";

import { StackingSection } from "./StackingSection";
import { ThemeSection, type ThemeChoice } from "./ThemeSection";

type PreferencesPageProps = { theme: ThemeChoice; onThemeChange: (theme: ThemeChoice) => void };

export const PreferencesPage = ({ theme, onThemeChange }: PreferencesPageProps) => {
  const account = useAccount();
  return (
    <Page title="Preferences">
      <ThemeSection theme={theme} onThemeChange={onThemeChange} />
      {account.data ? (
        <StackingSection account={account.data} />
      ) : (
        <Section title="Stacks">
          <QueryBoundary query={account} what="your preferences" rows={3}>
            {() => null}
          </QueryBoundary>
        </Section>
      )}
    </Page>
  );
};
