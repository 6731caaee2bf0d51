/** Components whose code is loaded when they are first shown, or before. */
import { useEffect, useState, type ComponentType, type ReactElement, type ReactNode } from "react";

type LazyWithPreload<Props> = {
  (props: Props & { fallback?: ReactNode }): ReactElement | null;
  /** Loads the code, which is shown without any fallback from then on. */
  preload: () => void;
};

const leaveToIt = (): void => undefined;

/**
 * As React's lazy() below a Suspense: but React shows a fallback for 300 ms at least, however soon the code is
 * there. What was loaded before is shown at once, and anything else as soon as it has come. What cannot be loaded is
 * thrown, for the error boundary above.
 */
export const lazyWithPreload = <Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LazyWithPreload<Props> => {
  let ready: ComponentType<Props> | null = null;
  const start = async () => (ready ??= await load());
  const Shown = ({ fallback = null, ...props }: Props & { fallback?: ReactNode }) => {
    const [Code, setCode] = useState(() => ready);
    useEffect(() => {
      if (Code) return;
      let isHere = true;
      const fail = (error: unknown) => {
        if (!isHere) return;
        setCode(() => {
          throw error;
        });
      };
      start().then((found) => isHere && setCode(() => found), fail);
      return () => {
        isHere = false;
      };
    }, [Code]);
    return Code ? <Code {...(props as unknown as Props)} /> : <>{fallback}</>;
  };
  return Object.assign(Shown, { preload: () => void start().catch(leaveToIt) });
};
