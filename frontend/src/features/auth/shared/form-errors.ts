/** Helpers of all auth forms: read the fields, and show the errors of a response at their fields. */
import { toProblem } from "@/api";

/** Alone, a password has to be this long. */
export const MIN_PASSWORD_LENGTH = 15;
/** Beside a second factor this is enough; the server knows who has one. */
export const MIN_PASSWORD_LENGTH_WITH_FACTOR = 8;

type Field = "address" | "email" | "password" | "code";
export type FormErrors = Partial<Record<Field | "form", string>>;

/** What was written into a field, as it is. */
export const textIn = (form: HTMLFormElement, name: Field): string => {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
};

export const emailIn = (form: HTMLFormElement): string => textIn(form, "email").trim();

export const mistakeInEmail = (email: string): FormErrors =>
  /.@./u.test(email) ? {} : { email: "Enter your e-mail address, such as ada@example.org." };

export const mistakeInLength = (password: string, least: number): FormErrors =>
  Array.from(password).length >= least
    ? {}
    : { password: `Too short: use ${least} characters or more.` };

export const hasMistakes = (errors: FormErrors): boolean => Object.keys(errors).length > 0;

/** Which codes speak of one field; everything else stands above the form. */
const FIELD_OF_CODE: Partial<Record<string, Field>> = {
  email_taken: "email",
  weak_password: "password",
  wrong_code: "code",
};

export const errorsFromAnswer = (error: unknown): FormErrors => {
  const { code, detail, fields } = toProblem(error);
  const { email, password } = fields;
  const errors: FormErrors = { ...(email ? { email } : {}), ...(password ? { password } : {}) };
  if (hasMistakes(errors)) return errors;
  const field = FIELD_OF_CODE[code];
  return field ? { [field]: detail } : { form: detail };
};
