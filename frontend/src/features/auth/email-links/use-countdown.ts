/** Seconds until something may be done again. */
import { useEffect, useState } from "react";

/** Returns how many are left, and what starts anew. */
export const useCountdown = (from: number): [number, () => void] => {
  const [left, setLeft] = useState(from);
  useEffect(() => {
    if (left === 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, () => setLeft(from)];
};
