/** Storage usage, and signing out. */
import { useAccount, useSignOut } from "@/api";
import { useShowError } from "@/components/settings/error-message";
import { formatDate } from "@/components/settings/format-date";
import { QueryBoundary } from "@/components/settings/QueryBoundary";
import { Section } from "@/components/settings/Section";
import { formatNumber } from "@/locale";
import { Button, formatBytes, classNames, SignOutIcon } from "@/ui";

import { StorageBar } from "./StorageBar";

type FactProps = { name: string; value: string; className?: string };

const Fact = ({ name, value, className }: FactProps) => (
  <div className={classNames("min-w-0", className)}>
    <dt className="text-sm text-muted">{name}</dt>
    <dd className="mt-0.5 text-lg font-medium">{value}</dd>
  </div>
);

export const AccountSection = () => {
  const account = useAccount();
  const signOut = useSignOut();
  const complain = useShowError();
  return (
    <Section
      title="Your library"
      aside={
        <Button
          icon={<SignOutIcon />}
          busy={signOut.isPending}
          onClick={() => signOut.mutate(undefined, { onError: complain })}
        >
          Sign out
        </Button>
      }
    >
      <QueryBoundary query={account} what="your account" rows={1}>
        {({ pictures, bytes, storage, user }) => (
          <>
            <dl className="grid grid-cols-2 gap-x-8 gap-y-4 sm:grid-cols-3">
              <Fact name="Pictures" value={formatNumber(pictures)} />
              <Fact name="Storage used" value={formatBytes(bytes)} />
              <Fact
                name="With Pinhole since"
                value={formatDate(user.created_at)}
                className="max-sm:col-span-2"
              />
            </dl>
            {storage.quota !== null && <StorageBar used={storage.bytes} quota={storage.quota} />}
          </>
        )}
      </QueryBoundary>
    </Section>
  );
};
