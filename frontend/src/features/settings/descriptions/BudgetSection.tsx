/** Costs of descriptions this month, and the budget. */
import { useId, useState, type SubmitEvent } from "react";

import { toProblem, useSetDescriptionBudget, type DescriptionCosts } from "@/api";
import { Section } from "@/components/settings/Section";
import { formatNumber } from "@/locale";
import { Button, TextField, useToast } from "@/ui";

import { formatDay, formatUsd } from "@/components/descriptions/money";

type Budget = NonNullable<DescriptionCosts["budget"]>;

const NEARLY_SPENT = 0.9;

const Spent = ({ budget, resetsOn }: { budget: Budget; resetsOn: string | null }) => {
  const used = budget.spent_usd + budget.reserved_usd;
  const limit = budget.month_usd;
  const share = limit === null || limit === 0 ? 0 : Math.min(1, used / limit);
  return (
    <div>
      <p className="text-2xl font-semibold tabular-nums">
        {formatUsd(budget.spent_usd)}
        <span className="text-base font-normal text-muted">
          {limit === null ? " this month" : ` of ${formatUsd(limit)} this month`}
        </span>
      </p>
      {limit !== null && (
        <div
          role="meter"
          aria-label="Spent of this month's budget"
          aria-valuemin={0}
          aria-valuemax={limit}
          aria-valuenow={Math.min(used, limit)}
          aria-valuetext={`${formatUsd(used)} of ${formatUsd(limit)}`}
          className="mt-3 h-2 overflow-hidden rounded-full bg-sunken"
        >
          <div
            className={`h-full rounded-full ${share > NEARLY_SPENT ? "bg-danger" : "bg-accent"}`}
            style={{ width: `${share * 100}%` }}
          />
        </div>
      )}
      <p className="mt-2 text-sm text-muted">
        {budget.reserved_usd > 0 &&
          `${formatUsd(budget.reserved_usd)} is reserved for pictures that are being sent. `}
        {resetsOn !== null && `A new month begins on ${formatDay(resetsOn)}.`}
      </p>
    </div>
  );
};

const priceInWords = ({ price, model }: DescriptionCosts): string => {
  if (price === null) return "";
  if (price.input_usd === 0 && price.output_usd === 0) return `${model} costs nothing here.`;
  const from =
    price.as_of === null
      ? "set by the administrator"
      : `as of ${formatDay(price.as_of)} ${price.as_of.slice(0, 4)}`;
  return `${model}: ${formatUsd(price.input_usd)} per million input tokens, ${formatUsd(price.output_usd)} per million output tokens, ${from}. One picture costs ${formatUsd(price.most_usd_of_one)} at most.`;
};

// At most two digits behind a point or comma: "1,000" is a thousand to some and one to others.
const AMOUNT = /^\d+(?:[.,]\d{1,2})?$/;

/** Null: it is no amount. */
const usdIn = (text: string): number | null => {
  const usd = AMOUNT.test(text) ? Number(text.replace(",", ".")) : null;
  return usd === null || usd > 1_000_000 ? null : usd;
};

const OwnBudget = ({ costs }: { costs: DescriptionCosts }) => {
  const id = useId();
  const save = useSetDescriptionBudget();
  const toast = useToast();
  const saved = costs.own_budget_usd === null ? "" : String(costs.own_budget_usd);
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState<string>();
  const words = draft ?? saved;
  const most = costs.operators_budget_usd;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = words.trim();
    const usd = usdIn(text);
    if (text !== "" && usd === null) {
      setError("Write an amount in US dollars, such as 2.50 or 1000, or nothing.");
      return;
    }
    setError(undefined);
    save.mutate(usd, {
      onSuccess: () => {
        setDraft(null);
        toast.show({
          message: usd === null ? "The administrator's limit applies" : "Budget saved",
        });
      },
      onError: (problem) => toast.show({ tone: "error", message: toProblem(problem).detail }),
    });
  };
  return (
    <form id={id} noValidate onSubmit={submit} className="mt-6 flex flex-wrap items-start gap-3">
      <TextField
        className="min-w-0 grow basis-60"
        label="Your own limit each month, in US dollars"
        inputMode="decimal"
        autoComplete="off"
        maxLength={12}
        placeholder={most === null ? "no limit" : formatNumber(most, 2)}
        hint={
          most === null
            ? "Nothing is sent beyond it. Empty: no limit."
            : `Nothing is sent beyond it. Empty: the administrator's limit of ${formatUsd(most)}.`
        }
        value={words}
        error={error}
        onChange={(event) => setDraft(event.target.value)}
      />
      <Button type="submit" className="sm:mt-7.5" busy={save.isPending} disabled={words === saved}>
        Save
      </Button>
    </form>
  );
};

export const BudgetSection = ({ costs }: { costs: DescriptionCosts }) => (
  <Section title="What it costs" lead={priceInWords(costs)}>
    {costs.price === null || costs.budget === null ? (
      <p role="alert" className="rounded-xl bg-danger-soft px-3.5 py-3 text-danger">
        The price of {costs.model} is not configured, so no pictures are sent. The administrator
        sets OPENAI_PRICES, as the README explains.
      </p>
    ) : (
      <>
        <Spent budget={costs.budget} resetsOn={costs.resets_on} />
        {costs.site_is_spent && (
          <p className="mt-3 rounded-xl bg-danger-soft px-3.5 py-3 text-danger">
            The budget of this site is used up. Waiting pictures are sent next month, or when the
            administrator raises it.
          </p>
        )}
        <OwnBudget costs={costs} />
      </>
    )}
  </Section>
);
