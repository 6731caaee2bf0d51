/** Bars one below the other, the longest first. Each is a link to its pictures. */
import { useState } from "react";
import { Link } from "wouter";

import type { Bar, Chart } from "@/api";
import { formatNumber } from "@/locale";
import { Button } from "@/ui";

import { CHARTS, nameOf, saysOf, sentenceOf, type Measure } from "./bars";

const FEW = 8;

type BarListProps = { chart: Chart; addressOf: (q: string) => string };

const BarLine = ({
  bar,
  by,
  most,
  measure,
}: {
  bar: Bar;
  by: Chart["by"];
  most: number;
  measure: Measure;
}) => (
  <>
    <span className="flex items-baseline justify-between gap-3">
      <span className="min-w-0 truncate group-hover:underline">{nameOf(bar, by)}</span>
      <span className="text-sm text-muted tabular-nums">{saysOf(bar, measure)}</span>
    </span>
    <svg aria-hidden="true" width="100%" height="8" className="mt-1.5 block">
      <rect width="100%" height="8" rx="4" className="fill-sunken" />
      <rect
        width={`${Math.max(0.5, (bar[measure] / most) * 100)}%`}
        height="8"
        rx="4"
        className={bar.q === null ? "fill-edge" : "fill-accent"}
      />
    </svg>
  </>
);

export const BarList = ({ chart: { by, bars }, addressOf }: BarListProps) => {
  const [isWhole, setWhole] = useState(false);
  const { measure, title } = CHARTS[by];
  const most = Math.max(1, ...bars.map((bar) => bar[measure]));
  const shown = isWhole ? bars : bars.slice(0, FEW);
  return (
    <>
      <ul aria-label={title} className="space-y-1">
        {shown.map((bar) => {
          const line = <BarLine bar={bar} by={by} most={most} measure={measure} />;
          return (
            <li key={nameOf(bar, by)} title={sentenceOf(bar, by)}>
              {bar.q === null ? (
                <span className="block px-2 py-1.5">{line}</span>
              ) : (
                <Link
                  href={addressOf(bar.q)}
                  className="group block rounded-xl px-2 py-1.5 hover:bg-hover"
                >
                  {line}
                </Link>
              )}
            </li>
          );
        })}
      </ul>
      {bars.length > FEW && (
        <Button look="quiet" onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Show fewer" : `Show all ${formatNumber(bars.length)}`}
        </Button>
      )}
    </>
  );
};
