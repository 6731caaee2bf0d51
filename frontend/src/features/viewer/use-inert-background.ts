/** Makes everything but one element inert. */
import { useEffect, type RefObject } from "react";

/**
 * Like a modal <dialog>, but short messages (role=status) stay in reach: Undo is among them.
 * Takes the focus, and gives it back when nothing else did.
 */
export const useInertBackground = (ref: RefObject<HTMLElement | null>): void => {
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const before = document.activeElement;
    const freeOthers = makeOthersInert(element);
    element.focus({ preventScroll: true });
    return () => {
      freeOthers();
      const isLost = document.activeElement === null || document.activeElement === document.body;
      if (isLost && before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [ref]);
};

const makeOthersInert = (element: HTMLElement): (() => void) => {
  const made: Element[] = [];
  for (
    let level: HTMLElement | null = element;
    level !== null && level !== document.body;
    level = level.parentElement
  ) {
    for (const sibling of level.parentElement?.children ?? []) {
      if (sibling === level || sibling.matches("[inert], [role=status], script")) continue;
      sibling.toggleAttribute("inert", true);
      made.push(sibling);
    }
  }
  return () => made.forEach((other) => other.removeAttribute("inert"));
};
