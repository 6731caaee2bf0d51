/** A short table of what there is and how much of it. */
import type { ReactNode } from "react";

/** `key`: where several may have one label. */
export type Figure = { key?: string; label: string; value: ReactNode };

type FiguresProps = { title: string; figures: readonly Figure[]; more?: ReactNode };

export const Figures = ({ title, figures, more }: FiguresProps) =>
  figures.length === 0 ? null : (
    <section className="mt-5 first:mt-0">
      <h3 className="font-semibold">{title}</h3>
      <dl className="mt-1 divide-y divide-line">
        {figures.map(({ key, label, value }) => (
          <div key={key ?? label} className="flex items-baseline justify-between gap-4 py-1.5">
            <dt className="min-w-0 break-words text-muted">{label}</dt>
            <dd className="shrink-0 tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {more}
    </section>
  );
