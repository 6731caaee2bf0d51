/** Says that the network is gone; what was loaded stays usable. */
import { useSyncExternalStore } from "react";

import { OfflineIcon } from "@/ui";

const subscribe = (onChange: () => void): (() => void) => {
  window.addEventListener("online", onChange);
  window.addEventListener("offline", onChange);
  return () => {
    window.removeEventListener("online", onChange);
    window.removeEventListener("offline", onChange);
  };
};

export const OfflineNotice = () => {
  const isOnline = useSyncExternalStore(subscribe, () => navigator.onLine);
  return (
    <div role="status">
      {!isOnline && (
        <p className="flex items-center justify-center gap-2 bg-accent-soft px-4 py-2 text-sm font-medium text-accent">
          <OfflineIcon /> You are offline. New pictures and changes will come when you are back.
        </p>
      )}
    </div>
  );
};
