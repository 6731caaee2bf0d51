import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";

import { renderWithApp } from "@/test/render";
import { aSession, aUser } from "@/test/samples";
import { server } from "@/test/server";

import { SignInMethodsPage } from "./SignInMethodsPage";

const removed = {
  id: 7,
  at: "2026-01-02T10:00:00Z",
  event: "ways_in_removed",
  by_administrator: false,
  device: "Firefox on Linux",
  place: "This computer",
  ip: "127.0.0.1",
  detail: { how: "reset", passkeys: 1, recovery_codes: 10 },
};

const aPasskey = {
  id: "k1",
  name: "Blue key",
  created_at: "2026-01-01T10:00:00Z",
  last_used_at: null,
  is_backed_up: false,
};

beforeEach(() => {
  server.use(
    http.get("*/api/account/activity", () =>
      HttpResponse.json({ events: [removed], next_cursor: null }),
    ),
    http.get("*/api/account/sessions", () => HttpResponse.json({ sessions: [] })),
    http.get("*/api/account/tokens", () => HttpResponse.json({ tokens: [] })),
    http.get("*/api/account/security", () =>
      HttpResponse.json({
        password: { set: true, stands_alone: true },
        passkeys: [aPasskey],
        totp: { created_at: "2026-01-01T10:00:00Z" },
        recovery_codes_left: 10,
        identities: [],
        pending_email: null,
      }),
    ),
  );
});

test("every way in is listed with its end, and what a reset removed is told", async () => {
  window.history.replaceState(null, "", "/settings/ways-in?after=reset");
  renderWithApp(<SignInMethodsPage />);
  expect(await screen.findByRole("button", { name: "Remove Blue key" })).toBeVisible();
  for (const name of ["Signed in", "Your tokens", "Passkeys", "Authenticator app"])
    expect(screen.getByRole("region", { name })).toBeVisible();
  expect(screen.getByRole("button", { name: "Create new codes" })).toBeVisible();
  expect(await screen.findByText(/1 passkey, 10 recovery codes/)).toBeVisible();
  expect(screen.getByText(/Your new password is set/)).toBeVisible();
});

test("whoever comes by themselves is told to set a password first", async () => {
  window.history.replaceState(null, "", "/settings/ways-in");
  renderWithApp(<SignInMethodsPage />, { session: aSession({ user: aUser() }) });
  expect(await screen.findByRole("link", { name: "Change the password" })).toBeVisible();
  expect(screen.queryByText(/Your new password is set/)).toBeNull();
});
