import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import type { Security, Session } from "@/api";
import { renderWithApp } from "@/test/render";
import { anAccount, aSession, aSignInOffer, aUser } from "@/test/samples";
import { server } from "@/test/server";

import { AccountPage } from "./AccountPage";

const security: Security = {
  password: { set: true, stands_alone: true },
  passkeys: [],
  totp: null,
  recovery_codes_left: 0,
  identities: [],
  pending_email: null,
};

const show = (session: Session = aSession(), changes: Partial<Security> = {}) => {
  server.use(
    http.get("*/api/account", () => HttpResponse.json(anAccount({ pictures: 1234 }))),
    http.get("*/api/account/security", () => HttpResponse.json({ ...security, ...changes })),
    http.get("*/api/auth/session", () => HttpResponse.json(session)),
    http.post("*/api/auth/password/check", () =>
      HttpResponse.json({ score: 4, warning: null, suggestions: [], accepted: true }),
    ),
    http.post("*/api/account/password/check", () =>
      HttpResponse.json({ score: 4, warning: null, suggestions: [], accepted: true }),
    ),
  );
  renderWithApp(<AccountPage />, { session });
  return userEvent.setup();
};

const section = (name: string) => within(screen.getByRole("region", { name }));

test("an address that nobody proved says so, and a mail can be asked for", async () => {
  server.use(http.post("*/api/account/email/verify", () => HttpResponse.json({}, { status: 202 })));
  const user = show(aSession({ user: aUser({ email_verified: false }) }));
  expect(section("E-mail").getByText("Not verified")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Send a link to verify it" }));
  expect(await screen.findByText("A mail with a link is on its way.")).toBeVisible();
});

test("where the site sends no mail, nothing is offered that needs it", async () => {
  show(
    aSession({ user: aUser({ email_verified: false }), sign_in: aSignInOffer({ mail: false }) }),
  );
  expect(await screen.findByText(/sends no mail/)).toBeVisible();
  expect(section("E-mail").queryByRole("button")).toBeNull();
});

test("a change that waits for its mail is named", async () => {
  show(aSession(), { pending_email: "new@example.org" });
  expect(await screen.findByText("new@example.org")).toBeVisible();
  expect(section("E-mail").getByText("ada@example.org")).toBeVisible();
});

test.each([
  ["alone", {}, 15],
  ["beside a second factor", { totp: { created_at: "2026-01-01T10:00:00Z" } }, 8],
])("a password %s has its own least length", async (_where, changes, least) => {
  const user = show(aSession(), changes);
  await screen.findByText(/stores only a hash/);
  await user.click(section("Password").getByRole("button", { name: "Change" }));
  const field = screen.getByLabelText("New password");
  expect(field).toHaveAttribute("autocomplete", "new-password");
  await user.type(field, "x".repeat(least - 1));
  await user.click(screen.getByRole("button", { name: "Change it" }));
  expect(field).toBeInvalid();
  expect(field).toHaveFocus();
  expect(field).toHaveAccessibleDescription(new RegExp(`use ${least} characters`));
  // The complaint goes with what it was about, and does not stand beside "Strong".
  await user.type(field, "x");
  expect(field).toBeValid();
  expect(field).not.toHaveAccessibleDescription(/Too short/);
});

test("a password is set, and what it ends is said", async () => {
  let sent: unknown;
  server.use(
    http.post("*/api/account/password", async ({ request }) => {
      sent = await request.json();
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const user = show(aSession(), { password: { set: false, stands_alone: false } });
  await user.click(await screen.findByRole("button", { name: "Set a password" }));
  expect(screen.getByRole("dialog")).toHaveTextContent("All other devices are signed out");
  await user.type(screen.getByLabelText("New password"), "seven quiet lanterns");
  await user.click(screen.getByRole("button", { name: "Set it" }));
  expect(await screen.findByText(/Your password was set/)).toBeVisible();
  expect(sent).toEqual({ password: "seven quiet lanterns" });
});
