/** Opens the palette of commands by Ctrl-K, or ⌘K, and by buttons; and the list of keys by "?". */
import { Suspense, useEffect, useEffectEvent, useState } from "react";

import { isTyping } from "@/ui";

import { PageKeys, Palette } from "./lazy-screens";
import type { PaletteProps } from "./palette";
import { onPaletteAsked } from "./palette-opening";

type Shown = "palette" | "keys" | null;

export const PaletteLayer = (props: Omit<PaletteProps, "onClose" | "onKeys">) => {
  const [shown, setShown] = useState<Shown>(null);
  const close = () => setShown(null);
  const press = useEffectEvent((event: KeyboardEvent) => {
    const { key, ctrlKey, metaKey, shiftKey, altKey, target } = event;
    const isPalette = key.toLowerCase() === "k" && (ctrlKey || metaKey) && !shiftKey && !altKey;
    const isKeys = key === "?" && !ctrlKey && !metaKey && !isTyping(target);
    if (!isPalette && !isKeys) return;
    // The viewer has keys of its own, "?" too.
    const isElsewhere = document.querySelector("dialog[open], .viewer") !== null;
    if (isPalette || !isElsewhere) event.preventDefault();
    if (isElsewhere) return;
    setShown(isKeys ? "keys" : "palette");
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  useEffect(() => onPaletteAsked(() => setShown("palette")), []);
  if (shown === null) return null;
  return (
    <Suspense fallback={null}>
      {shown === "keys" ? (
        <PageKeys onClose={close} />
      ) : (
        <Palette {...props} onKeys={() => setShown("keys")} onClose={close} />
      )}
    </Suspense>
  );
};
