import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test, vi } from "vitest";

import type { LookalikeGroup } from "@/api";
import { renderWithApp } from "@/test/render";
import { aLookalike, aLookalikeGroup } from "@/test/samples";
import { server } from "@/test/server";

import { LookalikesPage } from "./LookalikesPage";

const [A, B, C] = ["a", "b", "c"] as const;
const three = aLookalikeGroup({
  id: "g1",
  differs: ["pixels", "content_type"],
  images: [
    aLookalike({ id: A, name: "beach.jpg" }),
    aLookalike({ id: B, name: "beach (1).webp", width: 2000, content_type: "image/webp" }),
    aLookalike({ id: C, name: "beach small.jpg", width: 640, albums: 2, favourite: true }),
  ],
});
const two = aLookalikeGroup({
  id: "g2",
  images: [aLookalike({ id: "d" }), aLookalike({ id: "e" })],
});

const undoOf = (decision: object) => ({ action: "made up", ...decision });

/** An API that keeps these groups; what was asked of it. */
const lookalikesApi = (groups: readonly LookalikeGroup[], { waiting = 0 } = {}) => {
  let left = [...groups];
  const asked: string[] = [];
  server.use(
    http.get("*/api/lookalikes", () =>
      HttpResponse.json({ groups: left, next_cursor: null, waiting }),
    ),
    http.post("*/api/lookalikes/:id/:action", async ({ params, request }) => {
      const body = await request.json();
      asked.push(`${String(params["action"])} ${String(params["id"])} ${JSON.stringify(body)}`);
      left = left.filter(({ id }) => id !== params["id"]);
      return HttpResponse.json({ changed: 2, undo: undoOf({ of: params["id"] }) });
    }),
    http.post("*/api/lookalikes/undo", async ({ request }) => {
      asked.push(`undo ${JSON.stringify(await request.json())}`);
      left = [...groups];
      return HttpResponse.json({ changed: 2 });
    }),
  );
  return asked;
};

beforeEach(() => {
  HTMLCanvasElement.prototype.getContext = vi.fn(() => null);
});

const theGroup = (name: RegExp) => screen.findByRole("form", { name });

test("nothing found is said, and what would be", async () => {
  lookalikesApi([]);
  renderWithApp(<LookalikesPage />);
  expect(await screen.findByRole("heading", { name: "No look-alikes" })).toBeVisible();
  expect(screen.queryByText(/Still looking/)).toBeNull();
});

test("pictures that were not compared yet are counted", async () => {
  lookalikesApi([], { waiting: 1234 });
  renderWithApp(<LookalikesPage />);
  expect(await screen.findByText("Still looking through 1,234 pictures.")).toBeVisible();
  expect(screen.getByRole("heading", { name: "Nothing found yet" })).toBeVisible();
});

test("pictures stand side by side with what differs, and the one to keep is chosen", async () => {
  lookalikesApi([three]);
  renderWithApp(<LookalikesPage />);
  const group = await theGroup(/^3 pictures/);
  const choices = within(group).getAllByRole("radio");
  expect(choices.map((choice) => (choice as HTMLInputElement).checked)).toEqual([
    true,
    false,
    false,
  ]);
  expect(choices[0]).toHaveAccessibleName(/beach\.jpg Keep/);
  expect(choices[0]).toHaveAccessibleDescription(/Suggested.*4,000 × 3,000.*JPEG/);
  expect(choices[2]).toHaveAccessibleDescription(/Favourite, 2 albums/);
  const bold = group.querySelectorAll("dd[data-differs]");
  expect([...bold].slice(0, 2).map(({ textContent }) => textContent)).toEqual([
    "4,000 × 3,000",
    "JPEG",
  ]);
});

test("another one is kept, the rest is deleted, and that is undone", async () => {
  const asked = lookalikesApi([three, two]);
  const user = userEvent.setup();
  renderWithApp(<LookalikesPage />);
  const group = await theGroup(/^3 pictures/);
  await user.click(within(group).getByRole("radio", { name: /beach \(1\)\.webp/ }));
  await user.click(within(group).getByRole("button", { name: "Keep 1, delete 2" }));
  expect(await screen.findByText("1 kept, 2 pictures moved to Recently deleted")).toBeVisible();
  expect(asked).toEqual(['keep g1 {"keep":"b","delete":["a","c"]}']);
  expect(screen.queryByRole("form", { name: /^3 pictures/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(await theGroup(/^3 pictures/)).toBeVisible();
  expect(asked[1]).toBe('undo {"undo":{"action":"made up","of":"g1"}}');
});

test("keys choose, keep and dismiss, and go on with the next group", async () => {
  const asked = lookalikesApi([three, two]);
  const user = userEvent.setup();
  renderWithApp(<LookalikesPage />);
  const first = await theGroup(/^3 pictures/);
  await user.tab();
  expect(within(first).getByRole("radio", { name: /^1beach\.jpg|beach\.jpg Keep/ })).toHaveFocus();
  await user.keyboard("3");
  expect(within(first).getByRole("radio", { name: /beach small/ })).toBeChecked();
  await user.keyboard("{ArrowUp}");
  expect(within(first).getByRole("radio", { name: /beach \(1\)/ })).toBeChecked();
  await user.keyboard("{Enter}");
  await screen.findByText(/^1 kept/);
  expect(asked).toEqual(['keep g1 {"keep":"b","delete":["a","c"]}']);
  const second = await theGroup(/^2 pictures/);
  await vi.waitFor(() => expect(within(second).getAllByRole("radio")[0]).toHaveFocus());
  await user.keyboard("x");
  expect(await screen.findByText("They are not shown together again")).toBeVisible();
  expect(asked[1]).toBe('dismiss g2 {"images":["d","e"]}');
  expect(await screen.findByRole("heading", { name: "No look-alikes" })).toBeVisible();
});

test("a refusal is said, and the list is loaded anew", async () => {
  lookalikesApi([two]);
  server.use(
    http.post("*/api/lookalikes/:id/keep", () =>
      HttpResponse.json(
        { title: "Not Found", status: 404, code: "not_found", detail: "It is not there." },
        { status: 404, headers: { "content-type": "application/problem+json" } },
      ),
    ),
  );
  const user = userEvent.setup();
  renderWithApp(<LookalikesPage />);
  await user.click(await screen.findByRole("button", { name: "Keep 1, delete 1" }));
  expect(await screen.findByText("It is not there.")).toBeVisible();
  expect(await theGroup(/^2 pictures/)).toBeVisible();
});
