import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import { renderWithApp } from "@/test/render";
import { anImage } from "@/test/samples";
import { server } from "@/test/server";

import { TrashPage, timeLeft } from "./TrashPage";

const DAY = 86_400_000;

test.each([
  [0, "30 days left"],
  [1.5, "29 days left"],
  [29.2, "1 day left"],
  [30.5, "Removed today"],
])("%s days after it was deleted: %s", (days, words) => {
  const deleted = "2025-06-01T00:00:00Z";
  expect(timeLeft(deleted, Date.parse(deleted) + days * DAY)).toBe(words);
});

test("a deleted picture is selected and restored", async () => {
  const deleted = anImage({
    id: "b2",
    alt_text: "A red barn",
    deleted_at: new Date().toISOString(),
  });
  const asked: unknown[] = [];
  server.use(
    http.get("*/api/images", ({ request }) => {
      expect(new URL(request.url).searchParams.get("deleted")).toBe("true");
      return HttpResponse.json({ images: asked.length ? [] : [deleted], next_cursor: null });
    }),
    http.post("*/api/images/batch", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ changed: 1, cancelled: 0, undo: null });
    }),
  );
  renderWithApp(<TrashPage openId={null} onOpen={vi.fn()} />);
  const user = userEvent.setup();
  expect(await screen.findByText("30 days left")).toBeVisible();
  await user.click(screen.getByRole("checkbox", { name: "Select A red barn" }));
  await user.click(await screen.findByRole("button", { name: "Restore" }));
  expect(await screen.findByText("1 picture restored")).toBeVisible();
  await waitFor(() => expect(screen.getByText("No deleted pictures")).toBeVisible());
  expect(asked).toEqual([{ action: "restore", images: { ids: ["b2"], whole_stacks: false } }]);
});

test("all are selected, also those on pages that are not loaded", async () => {
  const deleted = ["a", "b", "c"].map((id) =>
    anImage({ id, name: `${id}.jpg`, deleted_at: new Date().toISOString() }),
  );
  const asked: unknown[] = [];
  server.use(
    http.get("*/api/images", ({ request }) => {
      const cursor = new URL(request.url).searchParams.get("cursor");
      return cursor === null
        ? HttpResponse.json({ images: deleted.slice(0, 2), next_cursor: "c" })
        : HttpResponse.json({ images: deleted.slice(2), next_cursor: null });
    }),
    http.post("*/api/images/batch", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ changed: 3, cancelled: 0, undo: null });
    }),
  );
  renderWithApp(<TrashPage openId={null} onOpen={vi.fn()} />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Select all" }));
  expect(await screen.findByText("3 selected")).toBeVisible();
  await user.click(await screen.findByRole("button", { name: "Restore" }));
  await waitFor(() => expect(asked).toHaveLength(1));
  const [batch] = asked as [{ images: { ids: string[] } }];
  expect([...batch.images.ids].sort()).toEqual(["a", "b", "c"]);
});

test("the trash is emptied only after it was said how many and how large", async () => {
  const deleted = ["a", "b"].map((id) =>
    anImage({ id, name: `${id}.jpg`, size: 1_500_000, deleted_at: new Date().toISOString() }),
  );
  const asked: unknown[] = [];
  server.use(
    http.get("*/api/images", () =>
      HttpResponse.json({ images: asked.length ? [] : deleted, next_cursor: null }),
    ),
    http.post("*/api/images/batch", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ changed: 2, cancelled: 0, has_more: false, undo: null });
    }),
  );
  renderWithApp(<TrashPage openId={null} onOpen={vi.fn()} />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Delete all for good" }));
  const dialog = await screen.findByRole("dialog", { name: "Delete 2 pictures for good?" });
  expect(dialog).toHaveTextContent("2 pictures, 3 MB");
  expect(dialog).toHaveTextContent("This cannot be undone");
  await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(asked).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Delete all for good" }));
  await user.click(await screen.findByRole("button", { name: "Delete for good" }));
  expect(await screen.findByText("2 pictures deleted for good")).toBeVisible();
  expect(await screen.findByText("No deleted pictures")).toBeVisible();
  expect(asked).toEqual([{ action: "delete_for_good", images: { ids: ["a", "b"] } }]);
});
