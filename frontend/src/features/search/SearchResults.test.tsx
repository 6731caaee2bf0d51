import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import type { useFound } from "@/api";
import { renderWithApp } from "@/test/render";
import { anImage } from "@/test/samples";
import { server } from "@/test/server";

import { SearchResults } from "./SearchResults";

type FoundImage = ReturnType<typeof useFound>["images"][number];

const found = (id: string): FoundImage => ({ ...anImage({ id, alt_text: id }), why: [] });

/** Finds `images` by words, and one by what it means, once that works. */
const show = (images: readonly FoundImage[]) => {
  let works = false;
  const page = { next_cursor: null, addresses: null };
  server.use(
    http.get("*/api/search/saved", () => HttpResponse.json({ searches: [] })),
    http.get("*/api/search", () =>
      HttpResponse.json({ ...page, images, total: images.length, chips: [] }),
    ),
    http.get("*/api/search/meaning", () =>
      works
        ? HttpResponse.json({ ...page, images: [found("similar")], is_on: true })
        : HttpResponse.json(
            { status: 503, code: "unavailable", detail: "Too much is read.", title: "" },
            { status: 503 },
          ),
    ),
  );
  const nothing = vi.fn();
  renderWithApp(
    <SearchResults
      q="boat"
      openId={null}
      onOpen={nothing}
      onSearch={nothing}
      onEdit={nothing}
      savedId={null}
      onGo={nothing}
      onLeave={nothing}
    />,
  );
  return { user: userEvent.setup(), mend: () => (works = true) };
};

test("a failed search by meaning is no empty answer, and is tried again", async () => {
  const { user, mend } = show([]);
  expect(await screen.findByText("The search did not work")).toBeVisible();
  expect(screen.getByText("Too much is read.")).toBeVisible();
  expect(screen.queryByText(/^No pictures/u)).not.toBeInTheDocument();
  mend();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText(/These mean something similar/u)).toBeVisible();
});

test("how many have the words is said before it is known what is similar", async () => {
  show([found("with words")]);
  server.use(http.get("*/api/search/meaning", () => new Promise(() => undefined)));
  expect(await screen.findByText("1 picture")).toBeVisible();
});

test("below what has the words it is tried again, too", async () => {
  const { user, mend } = show([found("with words")]);
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("button", { name: "Try again" })).toBeVisible();
  expect(screen.getByText("1 picture")).toBeVisible();
  mend();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await expect.poll(() => screen.queryByRole("button", { name: "Try again" })).toBeNull();
  expect(screen.queryByText("The search did not work")).not.toBeInTheDocument();
});
