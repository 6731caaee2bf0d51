/** Opens the palette of commands from wherever there are no keys to press. */
type Listener = () => void;

let listener: Listener | null = null;

/** Returns what ends it. */
export const onPaletteAsked = (open: Listener): (() => void) => {
  listener = open;
  return () => {
    listener = null;
  };
};

export const openPalette = (): void => listener?.();
