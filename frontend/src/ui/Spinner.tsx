/** A sign that something is under way. */
import { classNames } from "./class-names";

/** Turns; says nothing aloud, so put words beside it. */
export const Spinner = ({ className = "size-5" }: { className?: string }) => (
  <svg
    ref={inStep}
    viewBox="0 0 24 24"
    fill="none"
    aria-hidden="true"
    focusable="false"
    className={classNames("shrink-0 animate-spin", className)}
  >
    <circle cx="12" cy="12" r="9" stroke="currentColor" strokeWidth="2.5" opacity="0.2" />
    <path d="M21 12a9 9 0 0 0-9-9" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />
  </svg>
);

/** All begin at the same moment: twenty that step at ten moments of their own have the page drawn all the time. */
const inStep = (element: SVGSVGElement | null): void => {
  if (!element || !("getAnimations" in element)) return; // jsdom has none
  for (const animation of element.getAnimations()) animation.startTime = 0;
};
