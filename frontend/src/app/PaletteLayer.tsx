/** Opens the palette of commands by Ctrl-K, or ⌘K, and by buttons. */
import { Suspense, useEffect, useEffectEvent, useState } from "react";

import { Palette } from "./lazy-screens";
import type { PaletteProps } from "./palette";
import { onPaletteAsked } from "./palette-opening";

export const PaletteLayer = (props: Omit<PaletteProps, "onClose">) => {
  const [isOpen, setIsOpen] = useState(false);
  const press = useEffectEvent((event: KeyboardEvent) => {
    const isMeant = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    if (!isMeant || event.shiftKey || event.altKey) return;
    event.preventDefault();
    // The viewer has keys of its own.
    if (!document.querySelector("dialog[open], .viewer")) setIsOpen(true);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  useEffect(() => onPaletteAsked(() => setIsOpen(true)), []);
  if (!isOpen) return null;
  return (
    <Suspense fallback={null}>
      <Palette {...props} onClose={() => setIsOpen(false)} />
    </Suspense>
  );
};
