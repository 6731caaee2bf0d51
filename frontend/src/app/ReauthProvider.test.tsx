import { useMutation } from "@tanstack/react-query";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";

import { ApiProblem, isNotConfirmed, useWithReauth } from "@/api";
import { renderWithApp } from "@/test/render";
import { aSession, aSignInOffer } from "@/test/samples";
import { problem, server } from "@/test/server";

import { ReauthProvider } from "./ReauthProvider";

const security = {
  password: { set: true, stands_alone: true },
  passkeys: [],
  totp: null,
  recovery_codes_left: 0,
  identities: [],
  pending_email: null,
};

let isFresh = false;
let tries = 0;

const confirmFirst = () =>
  new ApiProblem({ status: 401, code: "confirm_first", detail: "Confirm first." });

const Risky = () => {
  const risky = useMutation({
    mutationFn: useWithReauth(async (word: string) => {
      tries += 1;
      if (!isFresh) throw confirmFirst();
      return Promise.resolve(`did ${word}`);
    }),
  });
  return (
    <>
      <button type="button" onClick={() => risky.mutate("it")}>
        Do it
      </button>
      <p>{risky.data ?? (isNotConfirmed(risky.error) ? "left alone" : risky.status)}</p>
    </>
  );
};

const start = async (
  answers: Partial<typeof security> | Record<string, unknown> = {},
  session = aSession(),
) => {
  server.use(
    http.get("*/api/account/security", () => HttpResponse.json({ ...security, ...answers })),
  );
  renderWithApp(
    <ReauthProvider>
      <Risky />
    </ReauthProvider>,
    { session },
  );
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: "Do it" }));
  await screen.findByRole("dialog", { name: "Confirm that it’s you" });
  return user;
};

const accept = (sent: unknown[], codeNeeded = false) =>
  http.post("*/api/auth/confirm", async ({ request }) => {
    const proof = (await request.json()) as { code?: string };
    sent.push(proof);
    if (codeNeeded && proof.code === undefined) {
      return problem(401, "code_needed", "A code is needed too.");
    }
    isFresh = true;
    return HttpResponse.json({ fresh_until: "2099-01-01T00:00:00Z" });
  });

beforeEach(() => {
  isFresh = false;
  tries = 0;
});

test("what needs a proof is asked again once the password was given", async () => {
  const sent: unknown[] = [];
  server.use(accept(sent));
  const user = await start();
  await user.type(await screen.findByLabelText("Your password"), "a password{Enter}");
  expect(await screen.findByText("did it")).toBeVisible();
  expect(sent).toEqual([{ password: "a password" }]);
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  expect(tries).toBe(2);
});

test("a code is asked for where there is a second factor", async () => {
  const sent: unknown[] = [];
  server.use(accept(sent, true));
  const user = await start({ totp: { created_at: "2025-01-01T10:00:00Z" } });
  await user.type(await screen.findByLabelText("Your password"), "a password{Enter}");
  expect(await screen.findByLabelText("Code")).toHaveFocus();
  await user.keyboard("123456{Enter}");
  expect(await screen.findByText("did it")).toBeVisible();
  expect(sent.at(-1)).toEqual({ password: "a password", code: "123456" });
});

test("a wrong password is said at its field, and nothing is asked again", async () => {
  server.use(
    http.post("*/api/auth/confirm", () =>
      problem(401, "wrong_credentials", "This password is wrong."),
    ),
  );
  const user = await start();
  const field = await screen.findByLabelText("Your password");
  expect(field).toHaveFocus();
  await user.type(field, "no{Enter}");
  await expect.poll(() => field).toBeInvalid();
  expect(field).toHaveAccessibleDescription("This password is wrong.");
  expect(field).toHaveFocus();
  expect(tries).toBe(1);
});

test("whoever closes the dialog changes nothing", async () => {
  const user = await start();
  await user.click(screen.getByRole("button", { name: "Close" }));
  expect(await screen.findByText("left alone")).toBeVisible();
  expect(tries).toBe(1);
});

test("without a password, the provider that is linked can confirm", async () => {
  let sent: unknown;
  server.use(
    http.post("*/api/auth/openid/google/start", async ({ request }) => {
      sent = await request.json();
      return problem(503, "unavailable", "Google does not answer.");
    }),
  );
  window.history.replaceState(null, "", "/settings/security");
  const providers = [
    { name: "google", label: "Google", demo: false },
    { name: "other", label: "Other ID", demo: false },
  ];
  const identity = { id: "1", provider: "google", label: "Google", email: "ada@example.org" };
  const user = await start(
    { password: { set: false, stands_alone: false }, identities: [identity] },
    aSession({ sign_in: aSignInOffer({ providers }) }),
  );
  await user.click(await screen.findByRole("button", { name: "Confirm with Google" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Google does not answer.");
  expect(sent).toEqual({ purpose: "confirm", next: "/settings/security" });
  expect(screen.queryByRole("button", { name: /Other ID/ })).not.toBeInTheDocument();
});
