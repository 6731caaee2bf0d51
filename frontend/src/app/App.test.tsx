import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { delay, http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";

import { sessionOptions } from "@/api";
import { anAccount, aSession, aSignInOffer } from "@/test/samples";
import { server } from "@/test/server";
import { timelineHandlers } from "@/test/timeline";

import { App } from "./App";
import { makeQueryClient } from "./query-client";

const start = (path: string) => {
  window.history.replaceState(null, "", path);
  const client = makeQueryClient();
  render(<App client={client} />);
  return client;
};

const signedIn = http.get("*/api/auth/session", () => HttpResponse.json(aSession()));
const signedOut = http.get("*/api/auth/session", () => HttpResponse.json(aSession({ user: null })));
const noPictures = timelineHandlers(() => []);
const notSignedIn = { status: 401, code: "not_signed_in", detail: "Sign in first.", title: "" };

beforeEach(() =>
  server.use(
    ...noPictures,
    http.get("*/api/account/security", () => HttpResponse.json({}, { status: 503 })),
  ),
);

test("someone signed out sees the sign-in form at any address, and the address stays", async () => {
  server.use(signedOut);
  start("/settings");
  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(window.location.pathname).toBe("/settings");
});

test("a link for its person only asks for a sign-in first, and keeps its token for afterwards", async () => {
  server.use(
    signedOut,
    http.post("*/api/auth/login", () => HttpResponse.json(aSession())),
  );
  start("/verify#a-token");
  expect(await screen.findByText(/Sign in to the account that the e-mail is about/)).toBeVisible();
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("E-mail"), "ada@example.org");
  await user.type(screen.getByLabelText("Password"), "a password{Enter}");
  expect(await screen.findByRole("button", { name: "Confirm the address" })).toBeVisible();
  expect(window.location.hash).toBe("");
});

test("what a provider could not do for someone signed in is said in their settings", async () => {
  server.use(
    signedIn,
    http.get("*/api/account", () => HttpResponse.json(anAccount())),
  );
  start("/sign-in?problem=link_other");
  expect(await screen.findByText(/belongs to another Pinhole account/)).toBeVisible();
  expect(window.location.pathname).toMatch(/^\/settings/);
});

test("an address that ends in a slash leads to the same page", async () => {
  server.use(
    signedIn,
    http.get("*/api/account", () => HttpResponse.json(anAccount())),
  );
  start("/settings/account/");
  expect(await screen.findByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  expect(screen.queryByText("There is nothing at this address")).toBeNull();
});

test("a second factor is awaited at whatever address, and given up", async () => {
  const awaited = aSession({ user: null, second_factor: { methods: ["totp"] } });
  let givenUp = false;
  server.use(
    http.get("*/api/auth/session", () => HttpResponse.json(awaited)),
    http.delete("*/api/auth/second-factor", () => {
      givenUp = true;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  start("/settings");
  await userEvent.click(await screen.findByRole("button", { name: "Sign in as someone else" }));
  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect.poll(() => givenUp).toBe(true);
});

test("a site without people asks for its first account, whatever the address", async () => {
  const first = aSession({ user: null, sign_in: aSignInOffer({ registration: "first" }) });
  server.use(http.get("*/api/auth/session", () => HttpResponse.json(first)));
  start("/register");
  expect(await screen.findByRole("heading", { name: "Welcome to Pinhole" })).toBeVisible();
});

test("someone signed in who goes to the sign-in page is shown their pictures", async () => {
  server.use(signedIn);
  start("/sign-in");
  expect(await screen.findByRole("heading", { name: "Drop pictures anywhere" })).toBeVisible();
  expect(window.location.pathname).toBe("/");
});

test("a session that ended elsewhere leads to the sign-in form, and the cache is emptied", async () => {
  server.use(
    signedIn,
    http.get("*/api/account", () => HttpResponse.json(anAccount())),
  );
  const client = start("/settings");
  expect(await screen.findByText("Storage used")).toBeVisible();
  server.use(http.get("*/api/images", () => HttpResponse.json(notSignedIn, { status: 401 })));
  await userEvent.click(screen.getAllByRole("link", { name: "Pictures" })[0] ?? document.body);
  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
  const known = client.getQueryCache().findAll({ predicate: ({ state }) => Boolean(state.data) });
  expect(known.map(({ queryKey }) => queryKey)).toEqual([sessionOptions.queryKey]);
});

test("signing out from the menu leaves nothing of the person behind", async () => {
  server.use(
    signedIn,
    http.post("*/api/auth/logout", () => new HttpResponse(null, { status: 204 })),
  );
  start("/");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Account" }));
  expect(screen.getByRole("menuitem", { name: "Settings" })).toHaveFocus();
  await user.keyboard("{End}{Enter}");
  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(screen.queryByText("ada@example.org")).not.toBeInTheDocument();
});

test("signing out first ends what is still asked for, which would be refused", async () => {
  const seen: string[] = [];
  server.use(
    signedIn,
    http.get("*/api/timeline", async ({ request }) => {
      request.signal.addEventListener("abort", () => seen.push("ended"));
      await delay("infinite");
    }),
    http.post("*/api/auth/logout", () => {
      seen.push("signed out");
      return new HttpResponse(null, { status: 204 });
    }),
  );
  start("/");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Account" }));
  await user.keyboard("{End}{Enter}");
  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(seen).toEqual(["ended", "signed out"]);
});

test("an address that leads nowhere says so and leads back", async () => {
  server.use(signedIn);
  start("/nowhere");
  expect(await screen.findByText("There is nothing at this address")).toBeVisible();
  await userEvent.click(screen.getByRole("link", { name: "To your pictures" }));
  expect(await screen.findByRole("heading", { name: "Drop pictures anywhere" })).toBeVisible();
});

test("a server that cannot start is explained, and tried again on request", async () => {
  const detail = "Pinhole cannot reach its database.";
  server.use(
    http.get("*/api/auth/session", () =>
      HttpResponse.json({ status: 400, code: "odd", detail, title: "" }, { status: 400 }),
    ),
  );
  start("/");
  expect(await screen.findByRole("alert")).toHaveTextContent(detail);
  server.use(signedOut);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
});
