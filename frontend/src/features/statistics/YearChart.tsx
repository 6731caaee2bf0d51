/** A column for each year. Each is a link to the pictures of that year. */
import { useEffect, useRef } from "react";
import { Link } from "wouter";

import type { Bar } from "@/api";

import { sentenceOf, withEmptyYears } from "./bars";

const HEIGHT = 160;
const LABELS = 24;
const STEP = 40;
const COLUMN = 26;
/** So that a year with few pictures is seen at all. */
const LEAST = 3;

type YearChartProps = { bars: readonly Bar[]; addressOf: (q: string) => string };

export const YearChart = ({ bars, addressOf }: YearChartProps) => {
  const scroller = useRef<HTMLDivElement>(null);
  const years = withEmptyYears(bars);
  const most = Math.max(1, ...years.map(({ images }) => images));
  // The latest years are at the right.
  useEffect(() => {
    scroller.current?.scrollTo({ left: scroller.current.scrollWidth });
  }, []);
  return (
    <div ref={scroller} className="overflow-x-auto pb-1">
      <svg
        role="list"
        aria-label="Pictures by year"
        width={years.length * STEP}
        height={HEIGHT + LABELS}
        className="block"
      >
        {years.map((bar, at) => {
          const height = bar.images === 0 ? 0 : Math.max(LEAST, (bar.images / most) * HEIGHT);
          const column = (
            <>
              <title>{sentenceOf(bar, "year")}</title>
              {/* Room for the pointer above a low column. */}
              <rect x={at * STEP} width={STEP} height={HEIGHT + LABELS} fill="transparent" />
              <rect
                x={at * STEP + (STEP - COLUMN) / 2}
                y={HEIGHT - height}
                width={COLUMN}
                height={height}
                rx={4}
                className="fill-accent group-hover:opacity-80"
              />
              <text
                x={at * STEP + STEP / 2}
                y={HEIGHT + 17}
                textAnchor="middle"
                className="fill-muted text-xs tabular-nums"
              >
                {bar.label}
              </text>
            </>
          );
          return (
            <g key={bar.label} role="listitem">
              {bar.q === null ? (
                <g role="img" aria-label={sentenceOf(bar, "year")}>
                  {column}
                </g>
              ) : (
                <Link
                  href={addressOf(bar.q)}
                  aria-label={sentenceOf(bar, "year")}
                  className="group focus-visible:-outline-offset-2"
                >
                  {column}
                </Link>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
};
