/** Page of counts and sizes by year, camera, lens and country, as charts or tables. */
import { useState } from "react";

import { toProblem, useStatistics } from "@/api";
import { picturesInWords } from "@/locale";
import {
  EmptyState,
  ErrorState,
  formatBytes,
  PicturesIcon,
  Spinner,
  Switch,
  usePageTitle,
  VisuallyHidden,
} from "@/ui";

import { BarList } from "./BarList";
import { CHARTS } from "./bars";
import { BarTable } from "./BarTable";
import { YearChart } from "./YearChart";

const addressOf = (q: string): string => `/search?q=${encodeURIComponent(q)}`;

const Charts = ({ areTables }: { areTables: boolean }) => {
  const { data, error, refetch, isFetching } = useStatistics();
  if (!data) {
    return error ? (
      <ErrorState
        title="Your pictures could not be counted"
        detail={toProblem(error).detail}
        onRetry={() => void refetch()}
        busy={isFetching}
      />
    ) : (
      <div role="status" className="flex justify-center py-24 text-muted">
        <Spinner />
        <VisuallyHidden>Counting your pictures</VisuallyHidden>
      </div>
    );
  }
  if (data.images === 0 && data.was_ended) {
    return (
      <ErrorState
        title="Your pictures could not be counted"
        detail="Counting them took too long. It is tried again in a few minutes."
      />
    );
  }
  if (data.images === 0) {
    return (
      <EmptyState
        picture={<PicturesIcon className="size-14 text-muted" />}
        title="Nothing to count yet"
      >
        <p>Once there are pictures, this page tells when and with what they were taken.</p>
      </EmptyState>
    );
  }
  return (
    <>
      <p className="pb-6 text-muted">
        {picturesInWords(data.images)}, {formatBytes(data.bytes)}. All originals that are stored,
        those in Recently deleted included, take {formatBytes(data.stored_bytes)}.
        {!data.is_current &&
          (data.was_ended
            ? " Your library has changed since, and could not be counted: it took too long. It is tried again in a few minutes."
            : " Your library has changed since: it is counted again in a moment.")}
      </p>
      <div className="grid gap-x-12 gap-y-10 lg:grid-cols-2">
        {data.charts.map((chart) => (
          <section
            key={chart.by}
            className={chart.by === "year" ? "min-w-0 lg:col-span-2" : "min-w-0"}
          >
            <h2 className="pb-3 text-lg font-semibold">{CHARTS[chart.by].title}</h2>
            {areTables && <BarTable chart={chart} addressOf={addressOf} />}
            {!areTables && chart.by === "year" && (
              <YearChart bars={chart.bars} addressOf={addressOf} />
            )}
            {!areTables && chart.by !== "year" && <BarList chart={chart} addressOf={addressOf} />}
          </section>
        ))}
      </div>
    </>
  );
};

export const StatisticsPage = () => {
  const [areTables, setTables] = useState(false);
  usePageTitle("Statistics");
  return (
    <>
      <div className="flex min-h-16 flex-wrap items-center justify-between gap-x-4">
        <h1 className="py-3 text-2xl font-semibold tracking-tight">Statistics</h1>
        <Switch label="Show as tables" checked={areTables} onChange={setTables} />
      </div>
      <Charts areTables={areTables} />
    </>
  );
};
