import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, test } from "vitest";

import { type Image } from "@/api";
import { anImage } from "@/test/samples";
import { server } from "@/test/server";
import { timelineHandlers } from "@/test/timeline";

import { open, openAmong, requests, serve, setUp, THREE } from "./testing/open-viewer";

beforeEach(setUp);

describe("a stack", () => {
  const member = (id: string, changes: Partial<Image> = {}) =>
    anImage({
      id,
      name: `${id}.jpg`,
      timeline_at: "2025-05-08T10:00:00",
      stack_id: "s",
      ...changes,
    });
  const COVER = member("two", { stack_size: 3 });
  const FOLDED = ["raw", "edit"].map((id) => member(id, { is_folded: true }));
  const shown = [THREE[0], COVER, THREE[2]] as Image[];

  const serveStack = () => {
    let members = [COVER, ...FOLDED];
    serve([...shown, ...FOLDED]);
    server.use(
      ...timelineHandlers(() => shown),
      http.get("*/api/images", ({ request }) => {
        const ids = new URL(request.url).searchParams.get("ids")?.split(",");
        const all = [...shown, ...FOLDED];
        const images = ids ? all.filter(({ id }) => ids.includes(id)) : shown;
        return HttpResponse.json({ images, next_cursor: null });
      }),
      http.get("*/api/images/:id/stack", () =>
        HttpResponse.json({ images: members, reason: "shot" }),
      ),
      http.post("*/api/images/batch", async ({ request }) => {
        requests.push(await request.text());
        members = members.slice(0, 2);
        return HttpResponse.json({ changed: 1, cancelled: 0, has_more: false, undo: null });
      }),
    );
  };
  const heading = (name: string) => screen.findByRole("heading", { name });

  test("is gone through by keys and by its strip, in the place of its cover", async () => {
    serveStack();
    await openAmong(3);
    const user = userEvent.setup();
    const strip = await screen.findByRole("navigation", { name: "Stack of 3 pictures" });
    expect(within(strip).getByRole("button", { name: "1 of 3: two.jpg, cover" })).toHaveAttribute(
      "aria-current",
      "true",
    );
    await user.keyboard("[BracketRight]");
    await heading("raw.jpg");
    expect(screen.getByText("2 of 3")).toBeVisible();
    await user.click(within(strip).getByRole("button", { name: "3 of 3: edit.jpg" }));
    await heading("edit.jpg");
    await user.keyboard("[BracketLeft]");
    await heading("raw.jpg");
    await user.keyboard("{ArrowRight}");
    await heading("three.jpg");
    expect(screen.queryByRole("navigation", { name: /Stack/ })).not.toBeInTheDocument();
  });

  test("is found by the address of one that is folded", async () => {
    serveStack();
    await open("raw");
    await heading("raw.jpg");
    expect(await screen.findByText("2 of 3")).toBeVisible();
  });

  test("of which one is deleted goes on with the next of it", async () => {
    serveStack();
    await open("raw");
    const user = userEvent.setup();
    await screen.findByRole("navigation", { name: "Stack of 3 pictures" });
    await user.keyboard("{Delete}");
    await heading("edit.jpg");
    await waitFor(() => expect(requests).toHaveLength(1));
    expect(requests[0]).toContain('"ids":["raw"],"whole_stacks":false');
  });

  test("says why it is one, and is taken apart", async () => {
    serveStack();
    await open("raw");
    const user = userEvent.setup();
    await user.keyboard("i");
    expect(await screen.findByText(/^One shot in several formats/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Make cover" }));
    await waitFor(() => expect(requests).toHaveLength(1));
    expect(requests[0]).toContain('"action":"make_cover","images":{"ids":["raw"]');
  });
});

describe("the filmstrip", () => {
  const strip = () => screen.findByRole("navigation", { name: "Filmstrip" });

  test("shows what comes, and a click goes there", async () => {
    const user = userEvent.setup();
    serve(THREE);
    await open("one");
    const frames = within(await strip()).getAllByRole("button");
    expect(frames.map((frame) => frame.getAttribute("aria-label"))).toEqual([
      "1 of 3: Picture one",
      "2 of 3: Picture two",
      "3 of 3: Picture three",
    ]);
    await user.click(within(await strip()).getByRole("button", { name: "3 of 3: Picture three" }));
    await waitFor(() => expect(screen.getByText("3 of 3")).toBeInTheDocument());
  });

  test("is one stop for Tab, which goes along with the picture", async () => {
    const user = userEvent.setup();
    serve(THREE);
    await open("one");
    const [first, second] = within(await strip()).getAllByRole("button");
    expect([first?.tabIndex, second?.tabIndex]).toEqual([0, -1]);
    first?.focus();
    await user.keyboard("{ArrowRight}");
    await waitFor(() => expect(second).toHaveFocus());
    expect([first?.tabIndex, second?.tabIndex]).toEqual([-1, 0]);
    expect(second).toHaveAttribute("aria-current", "true");
  });

  test("is away while there is one picture alone, and in a slideshow", async () => {
    const user = userEvent.setup();
    serve(THREE);
    await open("one");
    await strip();
    await user.keyboard("s");
    expect(screen.queryByRole("navigation", { name: "Filmstrip" })).not.toBeInTheDocument();
  });
});
