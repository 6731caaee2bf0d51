/** What both forms share: reading the two fields, and putting an answer's complaints where they belong. */
import { useEffect, useRef, type RefObject } from "react";

import { toProblem, type Credentials } from "@/api";

export const PASSWORD_MIN = 15;

export type FormErrors = { email?: string; password?: string; form?: string };

/** Code points, which is how the server counts. */
export const countCharacters = (text: string): number => Array.from(text).length;

export const readCredentials = (form: HTMLFormElement): Credentials => {
  const data = new FormData(form);
  const text = (name: string): string => {
    const value = data.get(name);
    return typeof value === "string" ? value : "";
  };
  return { email: text("email").trim(), password: text("password") };
};

/** Which codes speak of one field; everything else stands above the form. */
const FIELD_OF_CODE: Partial<Record<string, "email" | "password">> = {
  email_taken: "email",
  weak_password: "password",
};

export const errorsFromAnswer = (error: unknown): FormErrors => {
  const { code, detail, fields } = toProblem(error);
  const { email, password } = fields;
  const errors: FormErrors = { ...(email ? { email } : {}), ...(password ? { password } : {}) };
  if (Object.keys(errors).length > 0) return errors;
  const field = FIELD_OF_CODE[code];
  return field ? { [field]: detail } : { form: detail };
};

/** Moves the focus to the first complaint, so that it is read aloud and can be mended at once. */
export const useFocusOnError = (errors: FormErrors): RefObject<HTMLFormElement | null> => {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (Object.keys(errors).length === 0) return;
    form.current?.querySelector<HTMLElement>("[aria-invalid=true], [role=alert]")?.focus();
  }, [errors]);
  return form;
};
