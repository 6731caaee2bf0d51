/** Tabs of the share dialog: by a link, or with people who have an account here. */
import { classNames } from "@/ui";

export type Way = "link" | "people";

const WAYS: readonly (readonly [Way, string])[] = [
  ["link", "By a link"],
  ["people", "With people here"],
];

export const ShareTabs = ({ way, onChoose }: { way: Way; onChoose: (way: Way) => void }) => (
  <div role="group" aria-label="How to share" className="flex gap-1 rounded-full bg-sunken p-1">
    {WAYS.map(([value, label]) => (
      <button
        key={value}
        type="button"
        aria-pressed={value === way}
        onClick={() => onChoose(value)}
        className={classNames(
          "h-9 grow rounded-full px-3 font-medium",
          value === way ? "bg-surface shadow-card" : "text-muted hover:text-ink",
        )}
      >
        {label}
      </button>
    ))}
  </div>
);
