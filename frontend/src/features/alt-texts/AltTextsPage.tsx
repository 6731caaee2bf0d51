/** Alt texts, one picture after the other: read, accepted or written anew, by keyboard alone. */
import { lazy, Suspense, useRef, useState } from "react";

import { toProblem, useSession, type AltTextFilter } from "@/api";
import { KeyCaps } from "@/components/keys/KeyCaps";
import { formatNumber } from "@/locale";
import {
  Button,
  CheckIcon,
  EmptyState,
  ErrorState,
  SparkleIcon,
  Spinner,
  usePageTitle,
  VisuallyHidden,
} from "@/ui";

import { AltTextForm } from "./AltTextForm";
import { AltTextTable } from "./AltTextTable";
import { ExportMenu } from "./ExportMenu";
import { Picture } from "./Picture";
import { KEYS, useKeys } from "./use-keys";
import { useReview } from "./use-review";

const DescribeDialog = lazy(async () => ({
  default: (await import("@/components/descriptions/DescribeDialog")).DescribeDialog,
}));

const FILTERS: readonly (readonly [AltTextFilter, string])[] = [
  ["unchecked", "Not yet checked"],
  ["missing", "Without alt text"],
  ["all", "All"],
  ["archived", "Archived"],
];
/** As many are counted; see the API. */
const COUNTED = 5000;

const checkedInWords = (checked: number): string =>
  `${formatNumber(checked)}${checked >= COUNTED ? " or more" : ""} checked so far.`;

type FilterProps = { which: AltTextFilter; onChoose: (which: AltTextFilter) => void };

const Filter = ({ which, onChoose }: FilterProps) => (
  <fieldset className="flex flex-wrap gap-2">
    <legend className="sr-only">Which pictures</legend>
    {FILTERS.map(([value, label]) => (
      <label
        key={value}
        className="relative flex h-10 cursor-pointer items-center rounded-full border border-edge px-4 font-medium transition-colors hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent pointer-coarse:h-11"
      >
        <input
          type="radio"
          name="which"
          value={value}
          checked={value === which}
          onChange={() => onChoose(value)}
          className="sr-only"
        />
        {label}
      </label>
    ))}
  </fieldset>
);

const EMPTY: Record<AltTextFilter, readonly [title: string, text: string]> = {
  unchecked: ["Nothing to check", "What a model writes about your pictures is listed here."],
  missing: ["All have an alt text", "Pictures without one are listed here."],
  all: ["No pictures yet", "The pictures of your timeline are listed here."],
  archived: ["Nothing is archived", "The pictures of your archive are listed here."],
};

const Keys = () => (
  <dl className="flex flex-wrap gap-x-5 gap-y-1.5 text-sm text-muted pointer-coarse:hidden">
    {KEYS.map(([keys, does]) => (
      <div key={does} className="flex items-center gap-1.5">
        <dt className="flex gap-1">
          <KeyCaps keys={keys} className="leading-5 text-ink" />
        </dt>
        <dd>{does}</dd>
      </div>
    ))}
  </dl>
);

const Walkthrough = ({ which }: { which: AltTextFilter }) => {
  const walk = useReview(which);
  const { query, row, rows } = walk;
  const first = useRef<HTMLTextAreaElement>(null);
  const top = useRef<HTMLDivElement>(null);
  useKeys(walk, first);
  if (query.isError && rows.length === 0) {
    return (
      <ErrorState
        title="Alt texts could not be loaded"
        detail={toProblem(query.error).detail}
        onRetry={() => void query.refetch()}
        busy={query.isFetching}
      />
    );
  }
  if (row === undefined && (query.isPending || query.hasNextPage)) {
    return (
      <div role="status" className="flex justify-center py-24 text-muted">
        <Spinner />
        <VisuallyHidden>Looking through your pictures</VisuallyHidden>
      </div>
    );
  }
  if (row === undefined) {
    const [title, text] = EMPTY[which];
    return (
      <EmptyState picture={<CheckIcon className="size-14 text-muted" />} title={title}>
        <p>{text}</p>
      </EmptyState>
    );
  }
  const checked = query.data?.pages[0]?.checked ?? null;
  const show = (id: string) => {
    walk.show(id);
    top.current?.scrollIntoView({ block: "start" });
  };
  return (
    <>
      <p className="text-sm text-muted tabular-nums">
        {`Picture ${formatNumber(walk.at + 1)} of ${formatNumber(rows.length)}${query.hasNextPage ? " or more" : ""}.`}
        {checked !== null && ` ${checkedInWords(checked)}`}
      </p>
      <div ref={top} className="grid scroll-mt-20 gap-x-8 gap-y-5 lg:grid-cols-[3fr_2fr]">
        <Picture row={row} />
        <AltTextForm walk={walk} first={first} />
      </div>
      <Keys />
      <AltTextTable walk={walk} onShow={show} />
    </>
  );
};

export const AltTextsPage = () => {
  usePageTitle("Alt texts");
  const { descriptions } = useSession();
  const [which, setWhich] = useState<AltTextFilter>("unchecked");
  const [isAsking, setAsking] = useState(false);
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4">
      <h1 className="pt-3 text-2xl font-semibold tracking-tight">Alt texts</h1>
      <p className="max-w-prose text-muted">
        Whoever cannot see a picture hears its alt text. Check what a model wrote about the pictures
        of your timeline, or write it yourself.
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <Filter which={which} onChoose={setWhich} />
        <div className="ml-auto flex flex-wrap gap-2">
          {which === "missing" && descriptions.available && (
            <Button icon={<SparkleIcon />} onClick={() => setAsking(true)}>
              Describe them
            </Button>
          )}
          <ExportMenu which={which} />
        </div>
      </div>
      <Walkthrough key={which} which={which} />
      {isAsking && (
        <Suspense fallback={null}>
          <DescribeDialog ids={null} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </div>
  );
};
