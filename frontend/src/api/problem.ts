/** One shape for errors: the API's problem documents, network failures, and anything unforeseen. */

type ProblemDocument = {
  status: number;
  code: string;
  detail: string;
  errors?: readonly { field: string; message: string }[];
};

/** `code` is stable and meant for programs, `detail` is a sentence for people that says what to do. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** The first message for each field of the body, by its dotted path: `email`, `images.0.size`. */
  readonly fields: Readonly<Record<string, string>>;

  constructor({ status, code, detail, errors = [] }: ProblemDocument) {
    super(`${code}: ${detail}`);
    this.name = "ApiProblem";
    this.status = status;
    this.code = code;
    this.detail = detail;
    const fields: Record<string, string> = {};
    for (const { field, message } of errors) fields[field] ??= message;
    this.fields = fields;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const readErrors = (value: unknown): { field: string; message: string }[] =>
  Array.isArray(value)
    ? value.filter(isRecord).flatMap((error) => {
        const { field, message } = error;
        return typeof field === "string" && typeof message === "string" ? [{ field, message }] : [];
      })
    : [];

/** Reads the body of an answer that was not 2xx. A proxy in between may have sent HTML: then the status speaks. */
export const problemFromAnswer = (status: number, body: unknown): ApiProblem => {
  if (isRecord(body) && typeof body["code"] === "string") {
    const detail = typeof body["detail"] === "string" ? body["detail"] : "Please try again.";
    return new ApiProblem({
      status,
      code: body["code"],
      detail,
      errors: readErrors(body["errors"]),
    });
  }
  const detail =
    status >= 500
      ? "Pinhole is not available right now. Please try again in a moment."
      : "Pinhole did not accept this. Please reload the page and try again.";
  return new ApiProblem({ status, code: "unexpected_answer", detail });
};

/** Turns whatever was thrown into an ApiProblem, so that pages have one thing to show. */
export const toProblem = (error: unknown): ApiProblem => {
  if (error instanceof ApiProblem) return error;
  // fetch() rejects with a TypeError when no answer came at all.
  if (error instanceof TypeError) {
    return new ApiProblem({
      status: 0,
      code: "unreachable",
      detail: "Pinhole can’t be reached. Check your connection and try again.",
    });
  }
  return new ApiProblem({
    status: 0,
    code: "unexpected",
    detail: "Something went wrong here. Please reload the page and try again.",
  });
};
