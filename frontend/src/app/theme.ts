/** The chosen theme, kept in this browser. public/theme.js applies it before the first paint. */
import { useSyncExternalStore } from "react";

export type ThemeChoice = "system" | "light" | "dark";

const KEY = "pinhole.theme";
const listeners = new Set<() => void>();

const subscribe = (onChange: () => void): (() => void) => {
  listeners.add(onChange);
  return () => listeners.delete(onChange);
};

const readChoice = (): ThemeChoice => {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
};

/** The browser's own frame takes the colour of the page. */
const colourFrame = (theme: ThemeChoice): void => {
  for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
    const its = meta.dataset["theme"] ?? "light";
    const chosen = its === theme ? "all" : "not all";
    meta.media = theme === "system" ? `(prefers-color-scheme: ${its})` : chosen;
  }
};

const choose = (theme: ThemeChoice): void => {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  colourFrame(theme);
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is closed to us (private mode): the choice holds until the page is left.
  }
  for (const listener of listeners) listener();
};

export const useTheme = (): [ThemeChoice, (theme: ThemeChoice) => void] => [
  useSyncExternalStore(subscribe, readChoice),
  choose,
];
