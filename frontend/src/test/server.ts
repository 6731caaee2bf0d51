/** The API as tests see it. Each test says with `server.use(...)` what it answers. */
import { HttpResponse } from "msw";
import { setupServer } from "msw/node";

export const server = setupServer();

/** A refusal, as the API words it. */
export const problem = (status: number, code: string, detail: string, errors?: object[]) =>
  HttpResponse.json({ type: "about:blank", title: code, status, code, detail, errors }, { status });
