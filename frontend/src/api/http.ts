/**
 * Requests by method, path and parameters: typed by openapi-fetch, of which this does what the API here needs, JSON
 * both ways, plain path and query parameters and headers. Its other options (serializers, parseAs, middleware) do
 * nothing. The library's own code is 2 KB of the first load, most of it for these.
 */
import type { Client } from "openapi-fetch";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type Value = string | number | boolean;

type Options = {
  params?: {
    path?: Record<string, Value>;
    query?: Record<string, Value | readonly Value[] | null | undefined>;
  };
  body?: unknown;
  headers?: Record<string, string>;
  /** For the request as it is: a signal, or what fetch() takes besides. */
  signal?: AbortSignal;
};

type Answer = { data?: unknown; error?: unknown; response: Response };

type ClientOptions = { baseUrl: string; fetch: (request: Request) => Promise<Response> };

const JSON_TYPE = { "Content-Type": "application/json" };

const searchOf = (query: NonNullable<Options["params"]>["query"] = {}): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value ?? []].flat()) search.append(name, String(one));
  }
  const text = search.toString();
  return text && `?${text}`;
};

/** What is no JSON comes as text: a proxy's page, or nothing. */
const errorOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** A client whose methods answer `{ data }` for 2xx and `{ error }` for all else; `data` is absent without a body. */
export const makeClient = <Paths extends object>({
  baseUrl,
  fetch,
}: ClientOptions): Pick<Client<Paths>, Method> => {
  const ask =
    (method: Method) =>
    async (path: string, { params, body, headers, ...init }: Options = {}): Promise<Answer> => {
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(String(params?.path?.[name])),
      );
      const response = await fetch(
        new Request(`${baseUrl}${filled}${searchOf(params?.query)}`, {
          ...init,
          method,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          headers: { ...(body === undefined ? {} : JSON_TYPE), ...headers },
        }),
      );
      const text = await response.text();
      if (!response.ok) return { error: errorOf(text), response };
      return text === "" ? { response } : { data: JSON.parse(text) as unknown, response };
    };
  // The types are those of the OpenAPI document; what is sent is checked against them where it is asked for.
  return {
    GET: ask("GET"),
    POST: ask("POST"),
    PUT: ask("PUT"),
    PATCH: ask("PATCH"),
    DELETE: ask("DELETE"),
  } as unknown as Pick<Client<Paths>, Method>;
};
