import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import type { AccessToken } from "@/api";
import { renderWithApp } from "@/test/render";
import { server } from "@/test/server";

import { TokensPage } from "./TokensPage";

const aToken = (changes: Partial<AccessToken> = {}): AccessToken => ({
  id: "t1",
  name: "Backup script",
  scope: "read",
  last_four: "wxyz",
  created_at: "2026-01-01T10:00:00Z",
  expires_at: "2099-01-01T10:00:00Z",
  last_used_at: null,
  ...changes,
});

const list = (...tokens: AccessToken[]) =>
  http.get("*/api/account/tokens", () => HttpResponse.json({ tokens }));

test("a token that expired is marked, and one that was never used says so", async () => {
  server.use(list(aToken(), aToken({ id: "t2", name: "Old", expires_at: "2020-01-01T10:00:00Z" })));
  renderWithApp(<TokensPage />);
  expect(await screen.findByText("Expired")).toBeVisible();
  expect(screen.getAllByText(/never used/)).toHaveLength(2);
});

test("a token is made as asked, shown once, and not lost by a slip", async () => {
  const token = "pinhole_secretsecretsecret";
  let sent: unknown;
  server.use(
    list(),
    http.post("*/api/account/tokens", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json({ ...aToken({ scope: "write" }), token }, { status: 201 });
    }),
  );
  const user = userEvent.setup();
  renderWithApp(<TokensPage />);
  await user.click(await screen.findByRole("button", { name: "New token" }));
  await user.click(screen.getByRole("button", { name: "Create token" }));
  expect(screen.getByLabelText("What is it for?")).toBeInvalid();
  expect(screen.getByLabelText("What is it for?")).toHaveFocus();
  expect(sent).toBeUndefined();

  await user.type(screen.getByLabelText("What is it for?"), "Backup script");
  await user.click(screen.getByLabelText(/^Read and change/));
  await user.click(screen.getByLabelText("1 year"));
  await user.click(screen.getByRole("button", { name: "Create token" }));
  expect(await screen.findByText(token)).toBeVisible();
  expect(sent).toEqual({ name: "Backup script", scope: "write", days: 365 });

  await user.click(screen.getByRole("button", { name: "Done" }));
  expect(screen.getByRole("alert")).toHaveTextContent("not shown again");
  await user.click(screen.getByRole("button", { name: "Copy the token" }));
  expect(await navigator.clipboard.readText()).toBe(token);
  await user.click(screen.getByRole("button", { name: "Done" }));
  expect(screen.queryByText(token)).toBeNull();
});

test("a refusal stands in the dialog, which stays", async () => {
  const detail = "You have as many tokens as you may.";
  server.use(
    list(),
    http.post("*/api/account/tokens", () =>
      HttpResponse.json({ status: 409, code: "too_many_tokens", detail }, { status: 409 }),
    ),
  );
  const user = userEvent.setup();
  renderWithApp(<TokensPage />);
  await user.click(await screen.findByRole("button", { name: "New token" }));
  await user.type(screen.getByLabelText("What is it for?"), "One more{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent(detail);
  expect(screen.getByRole("alert")).toHaveFocus();
});
