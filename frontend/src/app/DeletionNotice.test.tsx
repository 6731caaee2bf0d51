import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import { renderWithApp } from "@/test/render";
import { aSession, aUser } from "@/test/samples";
import { server } from "@/test/server";

import { DeletionNotice } from "./DeletionNotice";

const leaving = aSession({ user: aUser({ delete_after: "2026-05-08T10:00:00Z" }) });

test("an account that stays has no notice", () => {
  renderWithApp(<DeletionNotice />);
  expect(screen.queryByRole("button")).toBeNull();
  expect(document.body).not.toHaveTextContent("deleted");
});

test("an account that goes says when, until its person keeps it", async () => {
  server.use(http.delete("*/api/account/deletion", () => new HttpResponse(null, { status: 204 })));
  renderWithApp(<DeletionNotice />, { session: leaving });
  expect(screen.getByText(/will be deleted on/)).toHaveTextContent(/Friday,? 8 May/);
  await userEvent.click(screen.getByRole("button", { name: "Keep my account" }));
  await expect.poll(() => screen.queryByText(/will be deleted on/)).toBeNull();
});

test("where keeping it fails the notice stays, and says why", async () => {
  const refusal = { status: 503, code: "unavailable", detail: "Not now." };
  server.use(
    http.delete("*/api/account/deletion", () => HttpResponse.json(refusal, { status: 503 })),
  );
  renderWithApp(<DeletionNotice />, { session: leaving });
  await userEvent.click(screen.getByRole("button", { name: "Keep my account" }));
  expect(await screen.findByText("Not now.")).toBeVisible();
  expect(screen.getByText(/will be deleted on/)).toBeVisible();
});
