import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import { sessionOptions, type Export } from "@/api";
import { renderWithApp } from "@/test/render";
import { anAccount, aSession, aUser } from "@/test/samples";
import { server } from "@/test/server";

import { ExportAndDeletionPage } from "./ExportAndDeletionPage";

const aCopy = (changes: Partial<Export> = {}): Export => ({
  id: "c1",
  state: "ready",
  created_at: "2026-01-01T10:00:00Z",
  expires_at: "2099-01-01T10:00:00Z",
  pictures: 12,
  done: 12,
  parts: [
    { number: 1, bytes: 1_200_000_000, pictures: 8, url: "http://storage.test/1" },
    { number: 2, bytes: 400_000_000, pictures: 4, url: "http://storage.test/2" },
  ],
  ...changes,
});

const copies = (...exports: Export[]) =>
  http.get("*/api/account/exports", () => HttpResponse.json({ exports }));
const account = http.get("*/api/account", () =>
  HttpResponse.json(anAccount({ pictures: 1234, bytes: 5_600_000_000 })),
);

test("a copy is asked for, and its packing is shown until it is ready", async () => {
  server.use(
    account,
    copies(),
    http.post("*/api/account/exports", () => {
      server.use(copies(aCopy({ state: "running", done: 3, parts: [] })));
      return HttpResponse.json(aCopy({ state: "waiting", done: 0, parts: [] }), { status: 202 });
    }),
  );
  renderWithApp(<ExportAndDeletionPage />);
  expect(await screen.findByText("No copy has been made.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Make a copy" }));
  const progress = await screen.findByRole("progressbar");
  expect(progress).toHaveAttribute("aria-valuenow", "25");
  expect(screen.getByText(/3 of 12 pictures packed/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Make a copy" })).toBeDisabled();
  server.use(copies(aCopy()));
  expect(await screen.findByRole("button", { name: /^Part 2 of 2/ })).toHaveTextContent("400 MB");
});

test("a copy that failed says what to do", async () => {
  server.use(account, copies(aCopy({ state: "failed", parts: [] })));
  renderWithApp(<ExportAndDeletionPage />);
  expect(await screen.findByText("Failed")).toBeVisible();
  expect(screen.getByText(/Ask for another one/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Make a copy" })).toBeEnabled();
});

test("the account is deleted only after it was said what goes, and stays if wished", async () => {
  let asked = 0;
  server.use(
    account,
    copies(),
    http.post("*/api/account/deletion", () => {
      asked += 1;
      return HttpResponse.json({ delete_after: "2026-01-08T10:00:00Z" });
    }),
    http.delete("*/api/account/deletion", () => new HttpResponse(null, { status: 204 })),
  );
  const user = userEvent.setup();
  const { client } = renderWithApp(<ExportAndDeletionPage />);
  await user.click(await screen.findByRole("button", { name: "Delete my account" }));
  expect(await screen.findByText(/all 1,234 of your pictures/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  expect(asked).toBe(0);

  await user.click(screen.getByRole("button", { name: "Delete my account" }));
  await user.click(
    screen.getAllByRole("button", { name: "Delete my account" })[1] ?? document.body,
  );
  expect(await screen.findByText(/will be deleted/)).toBeVisible();
  const known = () => client.getQueryData(sessionOptions.queryKey)?.user?.delete_after;
  expect(known()).toBe("2026-01-08T10:00:00Z");

  await user.click(screen.getByRole("button", { name: "Keep my account" }));
  expect(await screen.findByRole("button", { name: "Delete my account" })).toBeVisible();
  expect(known()).toBeNull();
});

test("the last administrator is told why they cannot leave", async () => {
  const detail = "Make somebody else an administrator first.";
  server.use(
    account,
    copies(),
    http.post("*/api/account/deletion", () =>
      HttpResponse.json({ status: 409, code: "last_administrator", detail }, { status: 409 }),
    ),
  );
  const user = userEvent.setup();
  renderWithApp(<ExportAndDeletionPage />, {
    session: aSession({ user: aUser({ is_administrator: true }) }),
  });
  await user.click(await screen.findByRole("button", { name: "Delete my account" }));
  await user.click(
    screen.getAllByRole("button", { name: "Delete my account" })[1] ?? document.body,
  );
  expect(await screen.findByRole("alert")).toHaveTextContent(detail);
});
