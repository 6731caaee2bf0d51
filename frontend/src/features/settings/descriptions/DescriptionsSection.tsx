/** Descriptions by a model: what is sent to whom, the switch, and how far it has got. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import {
  toProblem,
  useChangeAccount,
  useDescriptionCosts,
  type Account,
  type Session,
} from "@/api";
import { Section } from "@/components/settings/Section";
import { formatNumber } from "@/locale";
import { Button, classNames, SparkleIcon, Switch, useToast } from "@/ui";

import { DescribeDialog } from "@/components/descriptions/DescribeDialog";

type Offer = Session["descriptions"];
type DescriptionsSectionProps = { account: Account; offer: Offer };

const DemoMark = () => (
  <span className="rounded-full bg-accent-soft px-3 py-1 text-sm font-medium text-accent">
    Demo
  </span>
);

const WhatIsSent = ({ offer }: { offer: Offer }) => (
  <div className="space-y-3 text-muted">
    <p>
      Pinhole can have each new picture described: a sentence for screen readers, a longer text,
      tags, and the words that can be read in it. You can correct all of it, and what you write is
      never overwritten.
    </p>
    <dl className="space-y-2 rounded-2xl bg-sunken px-4 py-3.5 text-ink">
      <div className="sm:flex sm:gap-4">
        <dt className="w-28 shrink-0 text-muted">Sent to</dt>
        <dd>
          <strong className="font-semibold">{offer.host}</strong>, the model {offer.model}
        </dd>
      </div>
      <div className="sm:flex sm:gap-4">
        <dt className="w-28 shrink-0 text-muted">What is sent</dt>
        <dd>
          A reduced preview of the picture, without its location and camera data; and, if you list
          any below, your names with their notes.
        </dd>
      </div>
      <div className="sm:flex sm:gap-4">
        <dt className="w-28 shrink-0 text-muted">Never sent</dt>
        <dd>The original file, its name, your e-mail address.</dd>
      </div>
      <div className="sm:flex sm:gap-4">
        <dt className="w-28 shrink-0 text-muted">Cost</dt>
        <dd>
          {offer.demo
            ? "None: a stand-in on this machine answers, and what it writes is made up."
            : "Each picture costs whoever runs this Pinhole a little money: see below."}
        </dd>
      </div>
    </dl>
  </div>
);

const Count = ({
  name,
  count,
  isBad = false,
}: {
  name: string;
  count: number;
  isBad?: boolean;
}) => (
  <div className="flex flex-col-reverse">
    <dt className="text-sm text-muted">{name}</dt>
    <dd className={classNames("text-2xl font-semibold tabular-nums", isBad && "text-danger")}>
      {formatNumber(count)}
    </dd>
  </div>
);

const Progress = ({ account }: { account: Account }) => {
  const { waiting, done, failed, missing } = account.descriptions;
  const [isAsking, setIsAsking] = useState(false);
  return (
    <div className="mt-5 border-t border-line pt-5">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-4">
        <Count name="described" count={done} />
        <Count name="waiting" count={waiting} />
        <Count name="failed" count={failed} isBad={failed > 0} />
        <Count name="without one" count={missing} />
      </dl>
      {account.user.descriptions_enabled && missing + failed > 0 && (
        <Button className="mt-5" icon={<SparkleIcon />} onClick={() => setIsAsking(true)}>
          Describe older pictures
        </Button>
      )}
      {isAsking && <DescribeDialog ids={null} onClose={() => setIsAsking(false)} />}
    </div>
  );
};

const NotOffered = () => (
  <p className="text-muted">
    AI descriptions are not set up on this site. No picture is sent. The administrator can set a key
    for a model, as the README explains.
  </p>
);

/** Consent is to one host: when the operator sends elsewhere, it is asked for again. */
const SentElsewhere = ({ offer, onAgree }: { offer: Offer; onAgree: () => void }) => {
  const consent = useDescriptionCosts().data?.consent;
  if (consent === undefined || consent.at === null || consent.is_current) return null;
  return (
    <div role="alert" className="mt-5 rounded-2xl bg-danger-soft px-4 py-3.5">
      <p className="text-danger">
        You agreed to send pictures to {consent.host ?? "another host"}. This Pinhole would send
        them to {offer.host} now, so nothing is sent until you agree to that.
      </p>
      <Button className="mt-3" onClick={onAgree}>
        {`Agree to send to ${offer.host ?? ""}`}
      </Button>
    </div>
  );
};

export const DescriptionsSection = ({ account, offer }: DescriptionsSectionProps) => {
  const change = useChangeAccount();
  const toast = useToast();
  const client = useQueryClient();
  const switchTo = (descriptions_enabled: boolean) =>
    change.mutate(
      { descriptions_enabled, ...(descriptions_enabled && { descriptions_host: offer.host }) },
      {
        onSuccess: () => void client.invalidateQueries({ queryKey: ["descriptions"] }),
        onError: (error) => toast.show({ tone: "error", message: toProblem(error).detail }),
      },
    );
  if (!offer.available) {
    return (
      <Section title="Descriptions">
        <NotOffered />
      </Section>
    );
  }
  return (
    <Section title="Descriptions" aside={offer.demo && <DemoMark />}>
      <WhatIsSent offer={offer} />
      <Switch
        className="mt-5"
        label="Describe my pictures"
        checked={account.user.descriptions_enabled}
        busy={change.isPending}
        onChange={switchTo}
      />
      <p className="mt-2 text-sm text-muted">
        If you turn this off, no more pictures are sent. Waiting requests are cancelled. Existing
        descriptions stay.
      </p>
      <SentElsewhere offer={offer} onAgree={() => switchTo(true)} />
      <Progress account={account} />
    </Section>
  );
};
