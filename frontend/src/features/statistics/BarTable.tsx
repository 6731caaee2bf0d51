/** The same as numbers. */
import { Link } from "wouter";

import type { Chart } from "@/api";
import { formatNumber } from "@/locale";
import { formatBytes } from "@/ui";

import { CHARTS, nameOf, shareOf } from "./bars";

type BarTableProps = { chart: Chart; addressOf: (q: string) => string };

export const BarTable = ({ chart: { by, bars }, addressOf }: BarTableProps) => {
  const { column, measure, title } = CHARTS[by];
  const whole = bars.reduce((sum, bar) => sum + bar[measure], 0);
  return (
    <table className="w-full text-left tabular-nums">
      <caption className="sr-only">{title}</caption>
      <thead className="text-sm text-muted">
        <tr>
          <th scope="col" className="py-1.5 font-medium">
            {column}
          </th>
          {["Pictures", "Size", "Share"].map((name) => (
            <th key={name} scope="col" className="py-1.5 pl-3 text-right font-medium">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {bars.map((bar) => (
          <tr key={nameOf(bar, by)} className="border-t border-line">
            <th scope="row" className="py-1.5 font-normal [overflow-wrap:anywhere]">
              {bar.q === null ? (
                nameOf(bar, by)
              ) : (
                <Link href={addressOf(bar.q)} className="underline">
                  {nameOf(bar, by)}
                </Link>
              )}
            </th>
            <td className="py-1.5 pl-3 text-right">{formatNumber(bar.images)}</td>
            <td className="py-1.5 pl-3 text-right whitespace-nowrap">{formatBytes(bar.bytes)}</td>
            <td className="py-1.5 pl-3 text-right whitespace-nowrap">
              {shareOf(bar[measure], whole)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
