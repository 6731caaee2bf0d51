/** A word or two beside a name: "This device", "Administrator". */
import type { ReactNode } from "react";

import { classNames } from "@/ui";

type Tone = "plain" | "accent" | "good" | "danger";

const tones: Record<Tone, string> = {
  plain: "bg-sunken text-ink",
  accent: "bg-accent-soft text-accent",
  good: "bg-[light-dark(#e6f4ea,#16301f)] text-good",
  danger: "bg-danger-soft text-danger",
};

export const Badge = ({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) => (
  <span
    className={classNames(
      "inline-flex items-center gap-1 rounded-full px-2.5 py-0.5 text-sm font-medium whitespace-nowrap",
      tones[tone],
    )}
  >
    {children}
  </span>
);
