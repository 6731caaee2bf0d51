/** Moving the focus to what a form complains of. */
import { useEffect, useRef, type RefObject } from "react";

/** So that the first complaint is read aloud and can be mended at once. Give it a new object for each try. */
export const useFocusOnError = (errors: object): RefObject<HTMLFormElement | null> => {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (Object.keys(errors).length === 0) return;
    form.current?.querySelector<HTMLElement>("[aria-invalid=true], [role=alert]")?.focus();
  }, [errors]);
  return form;
};
