/** The speed of the upload, measured as it goes. */
import { useEffect, useEffectEvent, useState } from "react";

import type { Summary } from "./summary";
import { TransferRate } from "./transfer-rate";

const EVERY_MS = 1_000;

/** Bytes per second; null while it is not known. */
export const useRate = ({ unsent, bytes }: Summary): number | null => {
  const [meter] = useState(() => new TransferRate());
  const [rate, setRate] = useState<number | null>(null);
  const isSending = unsent > 0;
  const measure = useEffectEvent(() =>
    setRate(meter.measure(bytes.sent - bytes.kept, performance.now())),
  );

  useEffect(() => {
    if (!isSending) return;
    const timer = setInterval(measure, EVERY_MS);
    return () => clearInterval(timer);
  }, [isSending]);

  return isSending ? rate : null;
};
