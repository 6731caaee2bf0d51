/** Bar of the used storage, where the administrator has set a quota. */
import { formatBytes } from "@/ui";

type StorageBarProps = { used: number; quota: number };

const NEARLY_FULL = 0.9;

export const StorageBar = ({ used, quota }: StorageBarProps) => {
  const share = Math.min(1, used / quota);
  const isNearlyFull = share >= NEARLY_FULL;
  return (
    <div className="mt-5">
      <div
        role="meter"
        aria-label="Storage"
        aria-valuemin={0}
        aria-valuemax={quota}
        aria-valuenow={used}
        aria-valuetext={`${formatBytes(used)} of ${formatBytes(quota)} used`}
        className="h-2 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className={`h-full rounded-full ${isNearlyFull ? "bg-danger" : "bg-accent"}`}
          style={{ width: `${share * 100}%` }}
        />
      </div>
      <p className="mt-2 text-sm text-muted">
        {formatBytes(used)} of {formatBytes(quota)} used, with what is in Recently deleted.
        {isNearlyFull && " New pictures may soon find no room: delete some for good."}
      </p>
    </div>
  );
};
