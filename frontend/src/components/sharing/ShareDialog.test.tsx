import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import { renderWithApp } from "@/test/render";
import { aShare } from "@/test/samples";
import { problem, server } from "@/test/server";

import { ShareDialog } from "./ShareDialog";

const URL = "https://pictures.example.org/s#token";
const album = { album_id: "a1", words: "“Lisbon”", title: "Lisbon" };

const list = ({ allowed = true } = {}) =>
  http.get("*/api/shares", () => HttpResponse.json({ shares: [], allowed }));

test("a link is made as chosen, copied, and not lost by a slip", async () => {
  let sent: unknown;
  server.use(
    list(),
    http.post("*/api/shares", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json({ ...aShare(), url: URL }, { status: 201 });
    }),
  );
  const user = userEvent.setup();
  const onClose = vi.fn();
  renderWithApp(<ShareDialog what={album} onClose={onClose} />);
  expect(screen.getByLabelText("Title (optional)")).toHaveFocus();
  await user.type(screen.getByLabelText("Password (optional)"), "two herons");
  await user.click(screen.getByRole("switch", { name: "Dates" }));
  await user.click(screen.getByRole("switch", { name: "Downloads of the originals" }));
  expect(screen.getByText(/Removes all metadata, such as place, time and camera/)).toBeVisible();
  expect(screen.getByRole("switch", { name: "Without metadata" })).toBeChecked();
  await user.click(screen.getByRole("switch", { name: "Without metadata" }));
  expect(screen.getByText(/Originals hold what cameras write/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Create link" }));

  expect(await screen.findByText(URL)).toBeVisible();
  expect(sent).toEqual({
    album_id: "a1",
    title: "Lisbon",
    name: "",
    note: "",
    password: "two herons",
    expires_at: null,
    allow_downloads: true,
    without_metadata: false,
    show_dates: true,
    show_descriptions: false,
    show_names: false,
  });
  expect(screen.getByRole("button", { name: "Copy the link" })).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "Done" }));
  expect(screen.getByRole("alert")).toHaveTextContent("not shown again");
  expect(onClose).not.toHaveBeenCalled();
  const mail = screen.getByRole("link", { name: "E-mail" }).getAttribute("href") ?? "";
  expect(mail.startsWith("mailto:?subject=")).toBe(true);
  expect(decodeURIComponent(mail)).toContain(URL);
  expect(decodeURIComponent(mail)).not.toContain("two herons");
  await user.click(screen.getByRole("button", { name: "Copy the link" }));
  expect(await screen.findByRole("button", { name: "Copied" })).toBeVisible();
  expect(await navigator.clipboard.readText()).toBe(URL);
  await user.click(screen.getByRole("button", { name: "Done" }));
  expect(onClose).toHaveBeenCalledOnce();
});

test("a link that is to work for a week ends then, and nothing but the pictures is shown by itself", async () => {
  let sent: Record<string, unknown> = {};
  server.use(
    list(),
    http.post("*/api/shares", async ({ request }) => {
      sent = (await request.json()) as Record<string, unknown>;
      return HttpResponse.json({ ...aShare(), url: URL }, { status: 201 });
    }),
  );
  const user = userEvent.setup();
  const what = { images: { ids: ["i1", "i2"] }, words: "2 pictures", title: "" };
  renderWithApp(<ShareDialog what={what} onClose={() => undefined} />);
  await user.selectOptions(screen.getByLabelText("Works"), "For 7 days");
  await user.click(screen.getByRole("button", { name: "Create link" }));
  await screen.findByText(URL);
  const days = (Date.parse(String(sent["expires_at"])) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(6.99);
  expect(days).toBeLessThanOrEqual(7);
  expect(sent).toMatchObject({
    images: { ids: ["i1", "i2"] },
    password: null,
    allow_downloads: false,
    without_metadata: true,
    show_dates: false,
    show_descriptions: false,
    show_names: false,
  });
});

test("a weak password is complained of at its field, and what was chosen stays", async () => {
  const detail = "This password is easy to guess.";
  server.use(
    list(),
    http.post("*/api/shares", () =>
      problem(422, "weak_password", detail, [{ field: "password", message: detail }]),
    ),
  );
  const user = userEvent.setup();
  renderWithApp(<ShareDialog what={album} onClose={() => undefined} />);
  await user.click(screen.getByRole("switch", { name: "Dates" }));
  await user.type(screen.getByLabelText("Password (optional)"), "password");
  await user.click(screen.getByRole("button", { name: "Create link" }));
  expect(await screen.findByText(detail)).toBeVisible();
  expect(screen.getByLabelText("Password (optional)")).toBeInvalid();
  expect(screen.getByLabelText("Password (optional)")).toHaveFocus();
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.getByRole("switch", { name: "Dates" })).toBeChecked();
});

test("where the site allows no links, the dialog says so before anything is filled in", async () => {
  server.use(list({ allowed: false }));
  renderWithApp(<ShareDialog what={album} onClose={() => undefined} />);
  expect(await screen.findByText(/has disabled share links/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Create link" })).toBeNull();
});

test("links that were forbidden meanwhile are refused in the dialog", async () => {
  const detail = "The administrator has disabled share links.";
  server.use(
    list(),
    http.post("*/api/shares", () => problem(403, "share_links_forbidden", detail)),
  );
  const user = userEvent.setup();
  renderWithApp(<ShareDialog what={album} onClose={() => undefined} />);
  await user.click(screen.getByRole("button", { name: "Create link" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(detail);
  expect(screen.getByRole("alert")).toHaveFocus();
});
