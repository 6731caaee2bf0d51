import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import { renderWithApp } from "@/test/render";
import { anImage } from "@/test/samples";
import { server } from "@/test/server";

import { GuestReview } from "./GuestReview";

type Decision = { decision: string; ids?: string[]; all_waiting?: boolean };

/** An API that keeps what guests sent, by its stage. */
const collectedApi = (waiting: string[], by = "Anna") => {
  const stages: Record<string, string[]> = { waiting, declined: [], accepted: [] };
  const asked: Decision[] = [];
  server.use(
    http.get("*/api/collected", ({ request }) => {
      const stage = new URL(request.url).searchParams.get("stage") ?? "waiting";
      return HttpResponse.json({
        images: (stages[stage] ?? []).map((id) => ({
          id,
          image: anImage({ id, name: `${id}.jpg` }),
          added_by: by,
          added_at: "2026-01-01T00:00:00Z",
          album_id: "a",
          album_title: "Wedding",
          share_id: "s",
        })),
        waiting: stages["waiting"]?.length ?? 0,
        next_cursor: null,
      });
    }),
    http.post("*/api/collected/decide", async ({ request }) => {
      const body = (await request.json()) as Decision;
      asked.push(body);
      const to = { accept: "accepted", decline: "declined", wait: "waiting" }[body.decision] ?? "";
      const changed = body.all_waiting === true ? [...(stages["waiting"] ?? [])] : (body.ids ?? []);
      for (const [stage, ids] of Object.entries(stages)) {
        stages[stage] = ids.filter((id) => !changed.includes(id));
      }
      stages[to] = [...(stages[to] ?? []), ...changed];
      return HttpResponse.json({ changed, has_more: false });
    }),
  );
  return asked;
};

test("where guests add nothing and nothing waits, nothing is drawn", async () => {
  collectedApi([]);
  const { container } = renderWithApp(<GuestReview isCollecting={false} />);
  await expect.poll(() => container.textContent).toBe("");
});

test("what waits when its link has ended is there still", async () => {
  collectedApi(["p1"]);
  renderWithApp(<GuestReview isCollecting={false} />);
  expect(await screen.findByText("1 picture waits for you")).toBeVisible();
  expect(screen.getByText("Added by Anna")).toBeVisible();
});

test("one is declined, and Undo brings it back", async () => {
  const asked = collectedApi(["p1", "p2"]);
  const user = userEvent.setup();
  renderWithApp(<GuestReview isCollecting />);
  await user.click(await screen.findByRole("button", { name: "Decline p1.jpg by Anna" }));
  expect(await screen.findByText("1 picture waits for you")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(await screen.findByText("2 pictures wait for you")).toBeVisible();
  expect(asked.map(({ decision, ids }) => [decision, ids])).toEqual([
    ["decline", ["p1"]],
    ["wait", ["p1"]],
  ]);
});

test("all are accepted at once", async () => {
  const asked = collectedApi(["p1", "p2"]);
  const user = userEvent.setup();
  renderWithApp(<GuestReview isCollecting />);
  await user.click(await screen.findByRole("button", { name: "Accept all" }));
  expect(await screen.findByText("Nothing waits for you.")).toBeVisible();
  expect(asked).toEqual([{ decision: "accept", all_waiting: true }]);
});

test("what was declined can be accepted after all", async () => {
  collectedApi(["p1"], "");
  const user = userEvent.setup();
  renderWithApp(<GuestReview isCollecting />);
  expect(await screen.findByText("No name given")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Decline p1.jpg" }));
  await screen.findByText("Nothing waits for you.");
  await user.click(screen.getByRole("button", { name: "Show declined" }));
  const list = await screen.findByRole("list", { name: "Declined pictures" });
  await user.click(within(list).getByRole("button", { name: "Accept p1.jpg" }));
  expect(await screen.findByText("Nothing was declined lately.")).toBeVisible();
});
