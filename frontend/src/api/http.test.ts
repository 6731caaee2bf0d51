import { expect, test, vi } from "vitest";

import { makeClient } from "./http";
import type { paths } from "./schema";

const answering = (answer: () => Response) => {
  const asked: Request[] = [];
  const client = makeClient<paths>({
    baseUrl: "https://pinhole.example",
    fetch: (request) => {
      asked.push(request);
      return Promise.resolve(answer());
    },
  });
  return { asked, client };
};

test("path parameters are escaped, and a query has what is given of it", async () => {
  const { asked, client } = answering(() => Response.json({}));
  const path = { key: "../2025 05?" };
  await client.GET("/api/timeline/{key}", {
    params: { path, query: { view: "archive", cursor: "a&b=c" } },
  });
  await client.GET("/api/timeline");
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "GET https://pinhole.example/api/timeline/..%2F2025%2005%3F?view=archive&cursor=a%26b%3Dc",
    "GET https://pinhole.example/api/timeline",
  ]);
  expect(asked[0]?.headers.get("Content-Type")).toBeNull();
});

test("a body is sent as JSON, with headers and a signal of its own", async () => {
  const { asked, client } = answering(() => Response.json({}));
  const body = { token: "t".repeat(43) };
  const stop = new AbortController();
  const headers = { "Pinhole-Visit": "v" };
  await client.POST("/api/shared/open", { body, headers, signal: stop.signal });
  const [request] = asked;
  expect(request?.headers.get("Content-Type")).toBe("application/json");
  expect(request?.headers.get("Pinhole-Visit")).toBe("v");
  expect(await request?.json()).toEqual(body);
  stop.abort();
  expect(request?.signal.aborted).toBe(true);
});

test.each([
  ["JSON of 2xx is the data", () => Response.json({ count: 1 }), { data: { count: 1 } }],
  ["nothing is no data", () => new Response(null, { status: 204 }), {}],
  ["an empty 202 is no data", () => new Response("", { status: 202 }), {}],
  [
    "a problem is the error",
    () => Response.json({ code: "odd" }, { status: 409 }),
    { error: { code: "odd" } },
  ],
  ["a proxy's page is text", () => new Response("<html>", { status: 502 }), { error: "<html>" }],
  ["an empty refusal is an error", () => new Response("", { status: 500 }), { error: "" }],
])("%s", async (_, answer, expected) => {
  const { client } = answering(answer);
  const { response, ...rest } = await client.GET("/api/timeline");
  expect(response).toBeInstanceOf(Response);
  expect(rest).toEqual(expected);
});

test("what the network throws is thrown", async () => {
  const fetch = vi.fn().mockRejectedValue(new TypeError("gone"));
  const client = makeClient<paths>({ baseUrl: "https://pinhole.example", fetch });
  await expect(client.GET("/api/timeline")).rejects.toThrow("gone");
});
