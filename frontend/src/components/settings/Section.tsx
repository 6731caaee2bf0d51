/** One card of a settings page. */
import { useId, type ReactNode } from "react";

type SectionProps = {
  title: string;
  /** What this is about, in a sentence. */
  lead?: ReactNode;
  aside?: ReactNode;
  children?: ReactNode;
};

export const Section = ({ title, lead, aside, children }: SectionProps) => {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="rounded-3xl border border-line bg-surface p-5 shadow-card sm:p-7"
    >
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 id={id} className="text-lg font-semibold tracking-tight">
          {title}
        </h2>
        {aside}
      </div>
      {lead !== undefined && <p className="mt-2 max-w-prose text-muted">{lead}</p>}
      {children !== undefined && <div className="mt-4 empty:hidden">{children}</div>}
    </section>
  );
};
