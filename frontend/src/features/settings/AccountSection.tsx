/** Who is signed in, and how much is kept. */
import type { Account } from "@/api";
import { Button, bytesInWords, classNames, SignOutIcon } from "@/ui";

import { Section } from "./Section";

type AccountSectionProps = { account: Account; onSignOut: () => void; isSigningOut: boolean };

type FactProps = { name: string; value: string; className?: string };

const Fact = ({ name, value, className }: FactProps) => (
  <div className={classNames("min-w-0", className)}>
    <dt className="text-sm text-muted">{name}</dt>
    <dd className="mt-0.5 text-lg font-medium">{value}</dd>
  </div>
);

export const AccountSection = ({ account, onSignOut, isSigningOut }: AccountSectionProps) => (
  <Section
    title="Account"
    aside={
      <Button icon={<SignOutIcon />} onClick={onSignOut} busy={isSigningOut}>
        Sign out
      </Button>
    }
  >
    <dl className="grid grid-cols-2 gap-x-8 gap-y-4 sm:grid-cols-[2fr_1fr_1fr]">
      <Fact name="E-mail" value={account.user.email} className="max-sm:col-span-2" />
      <Fact name="Pictures" value={account.pictures.toLocaleString("en")} />
      <Fact name="Storage used" value={bytesInWords(account.bytes)} />
    </dl>
  </Section>
);
