import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import { ReauthContext, type Security } from "@/api";
import { renderWithApp } from "@/test/render";
import { aSession, aSignInOffer } from "@/test/samples";
import { server } from "@/test/server";

import { SecurityPage } from "./SecurityPage";

const aPasskey = {
  id: "k1",
  name: "Blue key",
  created_at: "2026-01-01T10:00:00Z",
  last_used_at: null,
  is_backed_up: false,
};

const someSecurity = (changes: Partial<Security> = {}): Security => ({
  password: { set: true, stands_alone: true },
  passkeys: [],
  totp: null,
  recovery_codes_left: 0,
  identities: [],
  pending_email: null,
  ...changes,
});

const problem = (status: number, code: string, detail: string) =>
  HttpResponse.json({ status, code, detail }, { status });

const has = (security: Security) =>
  http.get("*/api/account/security", () => HttpResponse.json(security));

test("recovery codes are spoken of only where there is a factor, and when few are left", async () => {
  server.use(has(someSecurity()));
  const { unmount } = renderWithApp(<SecurityPage />);
  expect(await screen.findByRole("region", { name: "Passkeys" })).toBeVisible();
  expect(screen.queryByRole("region", { name: "Recovery codes" })).toBeNull();
  unmount();
  server.use(has(someSecurity({ passkeys: [aPasskey], recovery_codes_left: 1 })));
  renderWithApp(<SecurityPage />);
  expect(await screen.findByText("1 code left")).toBeVisible();
  expect(screen.getByText("Create new codes soon.")).toBeVisible();
});

test("providers are offered unless they are linked already", async () => {
  const identity = {
    id: "i1",
    provider: "google",
    label: "Google",
    email: "ada@example.org",
    created_at: "2026-01-01T10:00:00Z",
    last_used_at: null,
  };
  const providers = [
    { name: "google", label: "Google", demo: false },
    { name: "work", label: "Work", demo: false },
  ];
  server.use(has(someSecurity({ identities: [identity] })));
  renderWithApp(<SecurityPage />, { session: aSession({ sign_in: aSignInOffer({ providers }) }) });
  expect(await screen.findByRole("button", { name: "Link Work" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Link Google" })).toBeNull();
  expect(screen.getByRole("button", { name: "Unlink Google" })).toBeVisible();
});

test("a new name shows at once, and the old one is back if the server refuses", async () => {
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  server.use(
    has(someSecurity({ passkeys: [aPasskey] })),
    http.patch("*/api/account/passkeys/k1", async () => {
      await held;
      return problem(503, "unavailable", "Not now.");
    }),
  );
  const user = userEvent.setup();
  renderWithApp(<SecurityPage />);
  await user.click(await screen.findByRole("button", { name: "Rename Blue key" }));
  await user.clear(screen.getByLabelText("Name"));
  await user.type(screen.getByLabelText("Name"), "Green key{Enter}");
  expect(await screen.findByText("Green key")).toBeVisible();
  answer();
  expect(await screen.findByText("Not now.")).toBeVisible();
  expect(screen.getByText("Blue key")).toBeVisible();
});

test("why a key cannot be removed is said where it was asked", async () => {
  const detail = "Without it your password is too short to stand alone. Set a longer one first.";
  server.use(
    has(someSecurity({ passkeys: [aPasskey] })),
    http.delete("*/api/account/passkeys/k1", () =>
      problem(409, "password_too_short_alone", detail),
    ),
  );
  const user = userEvent.setup();
  renderWithApp(<SecurityPage />);
  await user.click(await screen.findByRole("button", { name: "Remove Blue key" }));
  await user.click(screen.getByRole("button", { name: "Remove the passkey" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(detail);
  expect(screen.getByRole("dialog")).toBeVisible();
});

test.each([
  ["whoever confirms gets what they asked for", true, "Your recovery codes"],
  ["whoever does not confirm is not scolded", false, "Create new recovery codes?"],
])("%s", async (_what, isConfirmed, title) => {
  let isFresh = false;
  server.use(
    has(someSecurity({ passkeys: [aPasskey], recovery_codes_left: 9 })),
    http.post("*/api/account/recovery-codes", () =>
      isFresh
        ? HttpResponse.json({ recovery_codes: ["aaaa-bbbb", "cccc-dddd"] })
        : problem(401, "confirm_first", "Confirm that it is you."),
    ),
  );
  const ask = vi.fn(() => {
    isFresh = isConfirmed;
    return Promise.resolve(isConfirmed);
  });
  const user = userEvent.setup();
  renderWithApp(
    <ReauthContext value={ask}>
      <SecurityPage />
    </ReauthContext>,
  );
  await user.click(await screen.findByRole("button", { name: "Create new codes" }));
  await user.click(screen.getAllByRole("button", { name: "Create new codes" })[1] ?? document.body);
  expect(await screen.findByRole("dialog", { name: title })).toBeVisible();
  expect(ask).toHaveBeenCalledOnce();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("an app is set up by its secret as text, and a wrong code is said at its field", async () => {
  let isRight = false;
  server.use(
    has(someSecurity()),
    http.post("*/api/account/totp", () =>
      HttpResponse.json({
        secret: "ABCDEFGHIJKL",
        uri: "otpauth://totp/x",
        qr_svg: "<svg xmlns='http://www.w3.org/2000/svg'/>",
      }),
    ),
    http.post("*/api/account/totp/confirm", () =>
      isRight
        ? HttpResponse.json({ recovery_codes: ["aaaa-bbbb"], ended: 2 })
        : problem(401, "wrong_code", "This code is not right."),
    ),
  );
  const user = userEvent.setup();
  renderWithApp(<SecurityPage />);
  await user.click(await screen.findByRole("button", { name: "Set up an app" }));
  expect(await screen.findByText("ABCD EFGH IJKL")).toBeVisible();
  expect(screen.getByRole("img", { name: /QR code/ })).toHaveAttribute(
    "src",
    expect.stringMatching(/^data:image\/svg\+xml,%3Csvg/),
  );
  const field = screen.getByLabelText("Code from the app");
  await user.type(field, "123456");
  await expect.poll(() => field).toBeInvalid();
  expect(field).toHaveAccessibleDescription(/This code is not right/);
  isRight = true;
  await user.clear(field);
  await user.type(field, "654321");
  expect(await screen.findByText("aaaa-bbbb")).toBeVisible();
  expect(screen.getByText(/Your 2 other devices were signed out/)).toBeInTheDocument();
});
