/** The settings page. */
import { toProblem, useAccount, useSession, useSignOut } from "@/api";
import { ErrorState, Spinner, useToast, VisuallyHidden } from "@/ui";

import { AccountSection } from "./AccountSection";
import { DescriptionsSection } from "./DescriptionsSection";
import { ThemeSection, type ThemeChoice } from "./ThemeSection";

type SettingsProps = { theme: ThemeChoice; onThemeChange: (theme: ThemeChoice) => void };

const PersonalSections = () => {
  const account = useAccount();
  const { descriptions } = useSession();
  const signOut = useSignOut();
  const toast = useToast();
  if (account.isPending) {
    return (
      <div role="status" className="flex justify-center py-16 text-muted">
        <Spinner />
        <VisuallyHidden>Loading your account</VisuallyHidden>
      </div>
    );
  }
  if (account.isError) {
    return (
      <ErrorState
        title="Your account could not be loaded"
        detail={toProblem(account.error).detail}
        onRetry={() => void account.refetch()}
        busy={account.isFetching}
      />
    );
  }
  return (
    <>
      <AccountSection
        account={account.data}
        isSigningOut={signOut.isPending}
        onSignOut={() =>
          signOut.mutate(undefined, {
            onError: (error) => toast.show({ tone: "error", message: toProblem(error).detail }),
          })
        }
      />
      <DescriptionsSection account={account.data} offer={descriptions} />
    </>
  );
};

export const Settings = ({ theme, onThemeChange }: SettingsProps) => (
  <div className="mx-auto max-w-3xl space-y-5">
    <PersonalSections />
    <ThemeSection theme={theme} onThemeChange={onThemeChange} />
  </div>
);
