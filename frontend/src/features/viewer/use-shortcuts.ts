/** Keys of the whole page, while no text is being typed and no dialog lies on top. */
import { useEffect, useEffectEvent } from "react";

export type Shortcuts = Readonly<Partial<Record<string, () => void>>>;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("input, textarea, select"));

/** A button or a link that has the focus takes these keys itself. */
const isPressing = ({ key, target }: KeyboardEvent): boolean =>
  key === " " && target instanceof HTMLElement && target.matches("button, a, summary");

/** The name of a key as in KeyboardEvent.key; with Ctrl or ⌘ as "Ctrl+z". Letters are taken in lower case. */
const nameOf = ({ key, ctrlKey, metaKey }: KeyboardEvent): string => {
  const name = key.length === 1 ? key.toLowerCase() : key;
  return ctrlKey || metaKey ? `Ctrl+${name}` : name;
};

export const useShortcuts = (keys: Shortcuts): void => {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || isTyping(event.target)) return;
    if (isPressing(event)) return;
    if (document.querySelector("dialog[open]")) return;
    const action = keys[nameOf(event)];
    if (!action) return;
    event.preventDefault();
    action();
  });

  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
};
