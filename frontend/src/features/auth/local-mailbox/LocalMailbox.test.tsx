import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";

import { renderWithApp } from "@/test/render";
import { server } from "@/test/server";

import { LocalMailbox } from "./LocalMailbox";

const locked = HttpResponse.json(
  { status: 403, code: "mailbox_locked", detail: "Open the mailbox by its address." },
  { status: 403 },
);

let isOpen = false;

beforeEach(() => {
  isOpen = false;
  server.use(
    http.get("*/api/local/mails", () =>
      isOpen ? HttpResponse.json({ mails: [] }) : locked.clone(),
    ),
    http.post("*/api/local/mailbox", async ({ request }) => {
      isOpen = JSON.stringify(await request.json()) === JSON.stringify({ key: "the-key" });
      return isOpen ? new HttpResponse(null, { status: 204 }) : locked.clone();
    }),
  );
});

test("the address that the launcher printed opens the mailbox, and its key leaves the address", async () => {
  window.history.replaceState(null, "", "/mailbox#the-key");
  renderWithApp(<LocalMailbox />);
  expect(await screen.findByText("No mail yet")).toBeVisible();
  expect(window.location.hash).toBe("");
});

test("a browser without the key asks for the address, and says when it is of another start", async () => {
  window.history.replaceState(null, "", "/mailbox");
  const user = userEvent.setup();
  renderWithApp(<LocalMailbox />);
  const field = await screen.findByLabelText("Address of the mailbox");
  await user.type(field, "http://localhost:8000/mailbox#old{Enter}");
  await expect.poll(() => field).toBeInvalid();
  expect(field).toHaveAccessibleDescription(/Open the mailbox by its address/);
  await user.clear(field);
  await user.type(field, "http://localhost:8000/mailbox#the-key{Enter}");
  expect(await screen.findByText("No mail yet")).toBeVisible();
});
