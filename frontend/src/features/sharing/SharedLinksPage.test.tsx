import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import type { Share } from "@/api";
import { renderWithApp } from "@/test/render";
import { aShare } from "@/test/samples";
import { server } from "@/test/server";

import { SharedLinksPage } from "./SharedLinksPage";

/** An API that keeps these links; `asked` has what was changed. */
const sharesApi = (shares: readonly Share[], { allowed = true } = {}) => {
  const kept = new Map(shares.map((share) => [share.id, share]));
  const asked: string[] = [];
  server.use(
    http.get("*/api/shared-by-me", () => HttpResponse.json({ albums: [] })),
    http.get("*/api/library-shares", () => HttpResponse.json({ people: [] })),
    http.get("*/api/shares", () => HttpResponse.json({ shares: [...kept.values()], allowed })),
    http.delete("*/api/shares/:id", ({ params }) => {
      asked.push(`end ${String(params["id"])}`);
      kept.delete(String(params["id"]));
      return new HttpResponse(null, { status: 204 });
    }),
    http.delete("*/api/shares", () => {
      asked.push("end all");
      const ended = kept.size;
      kept.clear();
      return HttpResponse.json({ ended });
    }),
    http.patch("*/api/shares/:id", async ({ params, request }) => {
      asked.push(`change ${String(params["id"])} ${JSON.stringify(await request.json())}`);
      return HttpResponse.json(aShare());
    }),
  );
  return asked;
};

const two = [
  aShare({ id: "s1", name: "For Grandma", visits: 3, has_password: true }),
  aShare({ id: "s2", title: "By the sea", state: "expired", expires_at: "2025-06-01T00:00:00Z" }),
];

test("nothing shared is said, and how to share", async () => {
  sharesApi([]);
  renderWithApp(<SharedLinksPage />);
  expect(await screen.findByText(/^Nothing is shared/)).toBeVisible();
  expect(screen.getByText(/press “Share”/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "End all" })).toBeNull();
});

test("each link says what it is to, who came, and whether it opens", async () => {
  sharesApi(two);
  renderWithApp(<SharedLinksPage />);
  const [first, second] = await screen.findAllByRole("listitem");
  expect(first).toHaveTextContent("For Grandma");
  expect(first).toHaveTextContent("Password");
  expect(first).toHaveTextContent("opened 3 times");
  expect(second).toHaveTextContent("By the sea");
  expect(second).toHaveTextContent("Expired");
  expect(second).toHaveTextContent("not opened yet");
});

test("one link ends once that was confirmed, and the other stays", async () => {
  const asked = sharesApi(two);
  const user = userEvent.setup();
  renderWithApp(<SharedLinksPage />);
  await user.click(await screen.findByRole("button", { name: "End For Grandma" }));
  const dialog = screen.getByRole("dialog");
  expect(dialog).toHaveTextContent("within a minute");
  expect(asked).toEqual([]);
  await user.click(within(dialog).getByRole("button", { name: "End the link" }));
  expect(await screen.findByText("The link was ended")).toBeVisible();
  expect(asked).toEqual(["end s1"]);
  expect(screen.queryByText("For Grandma")).toBeNull();
  expect(screen.getByText("By the sea")).toBeVisible();
});

test("all links end at once", async () => {
  const asked = sharesApi(two);
  const user = userEvent.setup();
  renderWithApp(<SharedLinksPage />);
  await user.click(await screen.findByRole("button", { name: "End all" }));
  const dialog = screen.getByRole("dialog", { name: "End all 2 links?" });
  await user.click(within(dialog).getByRole("button", { name: "End all" }));
  expect(await screen.findByText(/^Nothing is shared/)).toBeVisible();
  expect(asked).toEqual(["end all"]);
});

test("what is not touched of a link stays: its password and its end", async () => {
  const asked = sharesApi([aShare({ has_password: true, expires_at: "2099-01-01T00:00:00Z" })]);
  const user = userEvent.setup();
  renderWithApp(<SharedLinksPage />);
  await user.click(await screen.findByRole("button", { name: /^More for/ }));
  await user.click(screen.getByRole("menuitem", { name: "Edit" }));
  await user.click(screen.getByRole("switch", { name: "Dates" }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("The link was changed")).toBeVisible();
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain('"show_dates":true');
  expect(asked[0]).not.toMatch(/password|expires_at/);
});

test("downloads that are switched on for an older link go without location, unless it is said", async () => {
  const asked = sharesApi([aShare({ allow_downloads: false, without_metadata: false })]);
  const user = userEvent.setup();
  renderWithApp(<SharedLinksPage />);
  await user.click(await screen.findByRole("button", { name: /^More for/ }));
  await user.click(screen.getByRole("menuitem", { name: "Edit" }));
  await user.click(screen.getByRole("switch", { name: "Downloads of the originals" }));
  expect(screen.getByRole("switch", { name: "Without metadata" })).toBeChecked();
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("The link was changed")).toBeVisible();
  expect(asked[0]).toContain('"without_metadata":true');
});

test("a site without links says so", async () => {
  sharesApi([aShare({ state: "forbidden" })], { allowed: false });
  renderWithApp(<SharedLinksPage />);
  expect(await screen.findByText(/has disabled share links/)).toBeVisible();
  expect(screen.getByText("Switched off")).toBeVisible();
});

test("albums with people are listed, and each ends for everybody", async () => {
  sharesApi([]);
  const albums = [
    { id: "a1", title: "Lisbon", members: 2, invited: 1, pictures: 12, is_deleted: false },
  ];
  const asked: string[] = [];
  server.use(
    http.get("*/api/shared-by-me", () => HttpResponse.json({ albums })),
    http.delete("*/api/albums/:id/members", ({ params }) => {
      asked.push(String(params["id"]));
      albums.length = 0;
      return HttpResponse.json({ ended: 3 });
    }),
  );
  renderWithApp(<SharedLinksPage />);
  const row = await screen.findByRole("listitem");
  expect(row).toHaveTextContent("2 people · 1 invited · 12 pictures added by them");
  await userEvent.click(screen.getByRole("button", { name: "End Lisbon for everybody" }));
  await userEvent.click(screen.getByRole("button", { name: "Remove everybody" }));
  expect(await screen.findByText(/^No album is shared with people/)).toBeVisible();
  expect(asked).toEqual(["a1"]);
});
