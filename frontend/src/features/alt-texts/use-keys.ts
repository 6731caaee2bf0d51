/** The keys of the page, wherever the focus is. */
import { useEffect, useEffectEvent, type RefObject } from "react";

import { isTyping } from "@/ui";

import type { Review } from "./use-review";

export const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [["J", "→"], "next"],
  [["K", "←"], "previous"],
  [["A"], "accept, and go on"],
  [["E"], "edit"],
  [["Ctrl Enter"], "save while editing, and go on"],
  [["Esc"], "leave the text"],
  [["U"], "undo"],
];

export const useKeys = (walk: Review, first: RefObject<HTMLTextAreaElement | null>) => {
  const actOf = (key: string): (() => void) | undefined => {
    switch (key) {
      case "j":
      case "ArrowRight":
        return () => walk.go(1);
      case "k":
      case "ArrowLeft":
        return () => walk.go(-1);
      case "a":
        return walk.accept;
      case "u":
        return walk.undo ?? undefined;
      case "e":
        return () => first.current?.focus();
      default:
        return undefined;
    }
  };
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || document.querySelector("dialog[open], .viewer")) return;
    const isInText = event.target instanceof HTMLTextAreaElement;
    if (isInText) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        event.target.blur();
        walk.accept();
      } else if (event.key === "Escape") {
        event.preventDefault();
        event.target.blur();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const act = actOf(event.key);
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
};
