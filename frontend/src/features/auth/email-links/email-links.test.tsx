import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test, vi } from "vitest";

import { sessionOptions } from "@/api";
import { renderWithApp } from "@/test/render";
import { aSession, aSignInOffer } from "@/test/samples";
import { problem, server } from "@/test/server";

import { AcceptInvitation } from "./AcceptInvitation";
import { CompleteRegistration } from "./CompleteRegistration";
import { ForgotPassword } from "./ForgotPassword";
import { Register } from "./Register";
import { ResetPassword } from "./ResetPassword";
import { RestoreAddress } from "./RestoreAddress";
import { VerifyEmail } from "./VerifyEmail";

const signedOut = aSession({ user: null });
const LONG = "nine slow herons over the marshes";
const opened = (address: string) => window.history.replaceState(null, "", address);
const deadLink = () => problem(410, "link_dead", "This link was used.");

beforeEach(() => {
  server.use(
    http.post("*/api/auth/password/check", () =>
      HttpResponse.json({ score: 4, warning: null, suggestions: [], accepted: true }),
    ),
  );
});

test("a mail is asked for, and again only after a minute", async () => {
  const sent: unknown[] = [];
  server.use(
    http.post("*/api/auth/register", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({}, { status: 202 });
    }),
  );
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    renderWithApp(<Register next="/" />, { session: signedOut });
    const user = userEvent.setup({ advanceTimers: (ms) => vi.advanceTimersByTime(ms) });
    await user.type(screen.getByLabelText("E-mail"), "ada@example.org{Enter}");
    expect(await screen.findByRole("heading", { name: "Check your e-mail" })).toHaveFocus();
    expect(screen.getByRole("button", { name: /^Send it again in/ })).toBeDisabled();
    for (let second = 0; second < 60; second += 1) {
      await act(() => vi.advanceTimersByTimeAsync(1_000));
    }
    await user.click(screen.getByRole("button", { name: "Send it again" }));
    await expect.poll(() => sent.length).toBe(2);
    expect(sent).toEqual([{ email: "ada@example.org" }, { email: "ada@example.org" }]);
    expect(screen.getByRole("button", { name: /^Send it again in/ })).toBeDisabled();
    // The address is kept, to be mended.
    await user.click(screen.getByRole("button", { name: "Use another one" }));
    expect(screen.getByLabelText("E-mail")).toHaveValue("ada@example.org");
  } finally {
    vi.useRealTimers();
  }
});

test("the mailbox is offered only where mails stay on this machine", async () => {
  server.use(http.post("*/api/auth/reset", () => HttpResponse.json({}, { status: 202 })));
  for (const mailbox of [true, false]) {
    const { unmount } = renderWithApp(<ForgotPassword />, {
      session: { ...signedOut, sign_in: aSignInOffer({ mailbox }) },
    });
    await userEvent.type(screen.getByLabelText("E-mail"), "a+b@example.org{Enter}");
    await screen.findByRole("heading", { name: "Check your e-mail" });
    const link = screen.queryByRole("link", { name: "Open the mailbox" });
    expect(link?.getAttribute("href") ?? null).toBe(
      mailbox ? "/mailbox?to=a%2Bb%40example.org" : null,
    );
    unmount();
  }
});

test.each([
  ["invite", true, "You need an invitation to join"],
  ["open", false, "You need an invitation to join"],
  ["closed", true, "Registration is closed"],
] as const)("registration %s, mail %s: no form but words", (registration, mail, words) => {
  renderWithApp(<Register next="/" />, {
    session: { ...signedOut, sign_in: aSignInOffer({ registration, mail }) },
  });
  expect(screen.getByText(words, { exact: false })).toBeVisible();
  expect(screen.queryByLabelText("E-mail")).not.toBeInTheDocument();
});

test("the link's token leaves the address, and the account is made with it", async () => {
  let made: unknown;
  server.use(
    http.post("*/api/auth/welcome/look", () => HttpResponse.json({ email: "ada@example.org" })),
    http.post("*/api/auth/welcome", async ({ request }) => {
      made = await request.json();
      return HttpResponse.json(aSession(), { status: 201 });
    }),
  );
  opened("/welcome#a-token");
  const { client } = renderWithApp(<CompleteRegistration />, { session: signedOut });
  expect(await screen.findByLabelText("E-mail")).toHaveValue("ada@example.org");
  expect(window.location.href).not.toContain("a-token");
  await userEvent.type(screen.getByLabelText("Password"), `${LONG}{Enter}`);
  await expect.poll(() => client.getQueryData(sessionOptions.queryKey)?.user).toBeTruthy();
  expect(made).toEqual({ token: "a-token", password: LONG });
  expect(window.location.pathname).toBe("/");
});

test("another link opened in the same tab is looked at too", async () => {
  const looked: unknown[] = [];
  server.use(
    http.post("*/api/auth/welcome/look", async ({ request }) => {
      const { token } = (await request.json()) as { token: string };
      looked.push(token);
      return token === "old" ? deadLink() : HttpResponse.json({ email: "ada@example.org" });
    }),
  );
  opened("/welcome#old");
  renderWithApp(<CompleteRegistration />, { session: signedOut });
  expect(await screen.findByText(/no longer works/)).toBeVisible();
  act(() => {
    window.location.hash = "#new";
  });
  expect(await screen.findByLabelText("E-mail")).toHaveValue("ada@example.org");
  expect(looked).toEqual(["old", "new"]);
});

test.each([
  ["/welcome", <CompleteRegistration key="w" />, "Ask for a new one", "/register"],
  ["/new-password", <ResetPassword key="n" />, "Ask for a new one", "/forgot"],
  ["/invite", <AcceptInvitation key="i" />, "To the sign-in page", "/sign-in"],
])("a dead link to %s leads on", async (address, page, label, target) => {
  for (const path of ["welcome", "reset", "invites"]) {
    server.use(http.post(`*/api/auth/${path}/look`, deadLink));
  }
  opened(`${address}#dead`);
  renderWithApp(page, { session: signedOut });
  expect(await screen.findByText(/no longer works/)).toBeVisible();
  expect(screen.getByRole("link", { name: label })).toHaveAttribute("href", target);
});

test("a link that cannot be looked at right now is tried again on request", async () => {
  server.use(
    http.post("*/api/auth/reset/look", () => problem(429, "too_many_requests", "Wait a minute.")),
  );
  opened("/new-password#a-token");
  renderWithApp(<ResetPassword />, { session: signedOut });
  expect(await screen.findByText("Wait a minute.")).toBeVisible();
  server.use(
    http.post("*/api/auth/reset/look", () => HttpResponse.json({ email: "ada@example.org" })),
  );
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByLabelText("New password")).toBeVisible();
});

test("a link that proves an address does so when it is pressed, not when it is opened", async () => {
  let verified = 0;
  server.use(
    http.get("*/api/auth/session", () => HttpResponse.json(aSession())),
    http.post("*/api/auth/verify", () => {
      verified += 1;
      return HttpResponse.json({ email: "ada@example.org", changed: true });
    }),
  );
  opened("/verify#a-token");
  renderWithApp(<VerifyEmail />);
  const button = await screen.findByRole("button", { name: "Confirm the address" });
  expect(verified).toBe(0);
  await userEvent.click(button);
  expect(await screen.findByRole("heading", { name: "E-mail address changed" })).toBeVisible();
  expect(verified).toBe(1);
});

test.each([true, false])(
  "a former address is put back when it is pressed, with a code: %s",
  async (needsCode) => {
    const sent: unknown[] = [];
    server.use(
      http.post("*/api/auth/former-address/look", () =>
        HttpResponse.json({
          email: "ada@example.org",
          needs_code: needsCode,
          takes_passkey: false,
          is_taken: false,
        }),
      ),
      http.post("*/api/auth/former-address/restore", async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(aSession());
      }),
    );
    opened("/restore-address#a-token");
    renderWithApp(<RestoreAddress />, { session: signedOut });
    const button = await screen.findByRole("button", { name: /^Put it back/ });
    await userEvent.click(button);
    expect(screen.getByLabelText("New password")).toHaveFocus();
    expect(sent).toEqual([]);
    // A complaint about what was there before does not stand beside the next password.
    expect(screen.getByLabelText("New password")).toBeInvalid();
    await userEvent.type(screen.getByLabelText("New password"), LONG);
    expect(screen.getByLabelText("New password")).toBeValid();
    if (needsCode) {
      await userEvent.click(button);
      expect(await screen.findByText("Enter a code.")).toBeVisible();
      await userEvent.type(screen.getByLabelText("Code"), "123456");
    }
    await userEvent.click(button);
    await expect.poll(() => window.location.pathname).toBe("/settings/ways-in");
    expect(sent).toEqual([
      { token: "a-token", password: LONG, ...(needsCode ? { code: "123456" } : {}) },
    ]);
  },
);

test("an address that another account has by now is said to be taken", async () => {
  server.use(
    http.post("*/api/auth/former-address/look", () =>
      HttpResponse.json({
        email: "ada@example.org",
        needs_code: false,
        takes_passkey: false,
        is_taken: true,
      }),
    ),
  );
  opened("/restore-address#a-token");
  renderWithApp(<RestoreAddress />, { session: signedOut });
  expect(await screen.findByRole("heading", { name: /^Another account has/ })).toBeVisible();
  expect(screen.getByRole("link", { name: "Sign in" })).toHaveAttribute("href", "/sign-in");
});

test("an invitation goes on by mail where the site sends mail, with its token", async () => {
  let sent: unknown;
  server.use(
    http.post("*/api/auth/invites/look", () =>
      HttpResponse.json({ email: "ada@example.org", note: null, by_mail: true }),
    ),
    http.post("*/api/auth/register", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json({}, { status: 202 });
    }),
  );
  opened("/invite#an-invite");
  renderWithApp(<AcceptInvitation />, { session: signedOut });
  expect(await screen.findByLabelText("E-mail")).toHaveAttribute("readonly");
  await userEvent.click(screen.getByRole("button", { name: "Send me a link" }));
  await screen.findByRole("heading", { name: "Check your e-mail" });
  expect(sent).toEqual({ email: "ada@example.org", invite: "an-invite" });
});

test("an invitation makes the account at once where the site sends none", async () => {
  let sent: unknown;
  server.use(
    http.post("*/api/auth/invites/look", () =>
      HttpResponse.json({ email: null, note: null, by_mail: false }),
    ),
    http.post("*/api/auth/invites/accept", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(aSession(), { status: 201 });
    }),
  );
  opened("/invite#an-invite");
  renderWithApp(<AcceptInvitation />, { session: signedOut });
  await userEvent.type(await screen.findByLabelText("E-mail"), "ada@example.org");
  await userEvent.type(screen.getByLabelText("Password"), `${LONG}{Enter}`);
  await waitFor(() => expect(window.location.pathname).toBe("/"));
  expect(sent).toEqual({ token: "an-invite", email: "ada@example.org", password: LONG });
});
