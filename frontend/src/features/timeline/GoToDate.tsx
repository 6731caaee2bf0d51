/** G opens a field for a date; the timeline goes to that day, or to the next older one with pictures. */
import { lazy, Suspense, useEffect, useEffectEvent, useState } from "react";

import { onDateJump } from "@/components/gallery/date-jumps";
import type { GridScroll } from "@/components/gallery/grid-scroll";
import { isTyping } from "@/ui";

type GoToDateProps = { scroll: GridScroll; isPaused: boolean };

const DateForm = lazy(() => import("./DateForm"));

export const GoToDate = ({ scroll, isPaused }: GoToDateProps) => {
  const [isOpen, setIsOpen] = useState(false);
  const press = useEffectEvent((event: KeyboardEvent) => {
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
    if (event.key !== "g" || hasModifier || event.defaultPrevented || isPaused) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    setIsOpen(true);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  useEffect(() => onDateJump((date) => scroll.goTo({ kind: "date", date })), [scroll]);
  if (!isOpen) return null;
  return (
    <Suspense fallback={null}>
      <DateForm scroll={scroll} onDone={() => setIsOpen(false)} />
    </Suspense>
  );
};
