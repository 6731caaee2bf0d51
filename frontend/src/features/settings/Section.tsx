/** One card of the settings page. */
import { useId, type ReactNode } from "react";

type SectionProps = { title: string; aside?: ReactNode; children: ReactNode };

export const Section = ({ title, aside, children }: SectionProps) => {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="rounded-3xl border border-line bg-surface p-5 shadow-card sm:p-7"
    >
      <div className="mb-4 flex min-h-8 items-center justify-between gap-4">
        <h2 id={id} className="text-lg font-semibold tracking-tight">
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
};
