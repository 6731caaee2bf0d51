import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, onTestFinished, test, vi } from "vitest";

import { upsertImages } from "@/api/images/image-cache";
import { albumsApi } from "@/test/albums";
import { renderWithApp } from "@/test/render";
import { anAlbum, anImage } from "@/test/samples";
import { server } from "@/test/server";

import AlbumPage from "./AlbumPage";

const images = [
  anImage({ id: "c3", alt_text: "A castle", timeline_at: "2025-05-09T10:00:00" }),
  anImage({ id: "b2", alt_text: "A boat", timeline_at: "2025-05-03T10:00:00" }),
  anImage({ id: "a1", alt_text: "A tram", timeline_at: "2025-04-02T10:00:00" }),
];

const show = (members: readonly string[], id = anAlbum().id) => {
  const api = albumsApi({ images, members });
  server.use(...api.handlers);
  const { client } = renderWithApp(<AlbumPage id={id} openId={null} onOpen={vi.fn()} />);
  return { ...api, client, user: userEvent.setup() };
};

const tile = (name: string) => screen.findByRole("link", { name });
const names = () =>
  screen.getAllByRole("img").map((img) => (img as HTMLImageElement).alt || "no alt");

test("an album shows what it is, and its pictures newest first, over months", async () => {
  show(["a1", "c3"]);
  expect(await screen.findByRole("heading", { level: 1, name: "Lisbon" })).toBeVisible();
  expect(await tile("A castle")).toHaveAttribute("href", `/albums/${anAlbum().id}/images/c3`);
  expect(await screen.findByText("2 pictures · 2 Apr – 9 May 2025")).toBeVisible();
  await waitFor(() => expect(names()).toEqual(["A castle", "A tram"]));
});

test("one that the server orders by the oldest is shown by days, newest first", async () => {
  const { handlers } = albumsApi({ images, members: ["a1", "c3"] });
  server.use(
    http.get("*/api/albums/:id/timeline", () =>
      HttpResponse.json({
        count: 2,
        buckets: [
          { key: "2025-04", count: 1 },
          { key: "2025-05", count: 1 },
        ],
      }),
    ),
    ...handlers,
  );
  renderWithApp(<AlbumPage id={anAlbum().id} openId={null} onOpen={vi.fn()} />);
  await tile("A castle");
  await waitFor(() => expect(names()).toEqual(["A castle", "A tram"]));
});

test("pictures of guests that wait for their review are told of", async () => {
  const { handlers } = albumsApi({ images, members: ["a1"] });
  server.use(
    http.get("*/api/collected", ({ request }) => {
      const query = new URL(request.url).searchParams;
      const isThis = query.get("album_id") === anAlbum().id && query.get("stage") === "waiting";
      return HttpResponse.json({ images: [], waiting: isThis ? 2 : 0, next_cursor: null });
    }),
    ...handlers,
  );
  renderWithApp(<AlbumPage id={anAlbum().id} openId={null} onOpen={vi.fn()} />);
  expect(await screen.findByText("2 pictures of guests wait for you.")).toBeVisible();
  expect(screen.getByRole("link", { name: "Review" })).toHaveAttribute("href", "/shared");
});

test("an empty album says how pictures get into it", async () => {
  show([]);
  expect(await screen.findByRole("heading", { name: "This album is empty" })).toBeVisible();
  expect(screen.getByText("0 pictures")).toBeVisible();
});

test("an album that is not there, or somebody else’s, is not found", async () => {
  show([], "other");
  expect(
    await screen.findByRole("heading", { name: "There is nothing at this address" }),
  ).toBeVisible();
});

test("pictures are removed at once, and an undo brings them back", async () => {
  const { asked, user } = show(["a1", "b2", "c3"]);
  await tile("A castle");
  await user.click(screen.getByRole("checkbox", { name: "Select A castle" }));
  await user.click(await screen.findByRole("button", { name: "Remove from album" }));
  await waitFor(() => expect(screen.queryByRole("link", { name: "A castle" })).toBeNull());
  expect(await screen.findByText("1 picture removed from Lisbon")).toBeVisible();
  expect(await screen.findByText(/^2 pictures/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(await tile("A castle")).toBeVisible();
  await waitFor(() => expect(asked).toEqual(["remove_from_album c3", "add_to_album c3"]));
  expect(await screen.findByText(/^3 pictures/)).toBeVisible();
});

test("what cannot be removed is there again and selected", async () => {
  const { user } = show(["a1", "c3"]);
  server.use(
    http.post("*/api/images/batch", () =>
      HttpResponse.json(
        { status: 409, code: "odd", detail: "Not now.", title: "" },
        { status: 409 },
      ),
    ),
  );
  await tile("A castle");
  await user.click(screen.getByRole("checkbox", { name: "Select A castle" }));
  await user.click(await screen.findByRole("button", { name: "Remove from album" }));
  expect(await screen.findByText("Not now.")).toBeVisible();
  expect(await tile("A castle")).toBeVisible();
  expect(screen.getByRole("checkbox", { name: "Select A castle" })).toBeChecked();
});

test("news of pictures that are not in it stay out of it", async () => {
  const { client } = show(["c3"]);
  await tile("A castle");
  upsertImages(client, [
    anImage({ id: "c3", alt_text: "A large castle", timeline_at: "2025-05-09T10:00:00" }),
    anImage({ id: "b2", alt_text: "A boat", timeline_at: "2025-05-03T10:00:00" }),
  ]);
  expect(await tile("A large castle")).toBeVisible();
  expect(screen.queryByRole("link", { name: "A boat" })).toBeNull();
});

test("an album is renamed and described", async () => {
  const { asked, user } = show(["c3"]);
  await user.click(await screen.findByRole("button", { name: "More for this album" }));
  await user.click(screen.getByRole("menuitem", { name: "Edit title and description" }));
  const title = screen.getByLabelText("Title");
  expect(title).toHaveValue("Lisbon");
  await user.clear(title);
  await user.type(title, "Lisboa");
  await user.type(screen.getByLabelText("Description (optional)"), "Ten days");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Lisboa" })).toBeVisible();
  expect(screen.getByText("Ten days")).toBeVisible();
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(asked).toEqual(['change {"title":"Lisboa","description":"Ten days"}']);
});

test("a picture that is selected alone becomes the cover, and an undo takes that back", async () => {
  const { asked, user } = show(["a1", "c3"]);
  await tile("A castle");
  await user.click(screen.getByRole("checkbox", { name: "Select A castle" }));
  await user.click(await screen.findByRole("button", { name: "Use as cover" }));
  expect(await screen.findByText("The cover of Lisbon was changed")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() =>
    expect(asked).toEqual(['change {"cover_id":"c3"}', 'change {"cover_id":null}']),
  );
  await user.keyboard("{Control>}a{/Control}");
  expect(await screen.findByText("2 selected")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Use as cover" })).toBeNull();
});

test("an album is deleted, says that its pictures stay, and is brought back", async () => {
  onTestFinished(() => window.history.replaceState(null, "", "/"));
  const { asked, user } = show(["a1", "c3"]);
  await user.click(await screen.findByRole("button", { name: "More for this album" }));
  await user.click(screen.getByRole("menuitem", { name: "Delete album" }));
  expect(
    await screen.findByText("Lisbon was deleted. Its pictures stay in your library."),
  ).toBeVisible();
  expect(window.location.pathname).toBe("/albums");
  await user.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() =>
    expect(asked).toEqual([`delete album ${anAlbum().id}`, `restore album ${anAlbum().id}`]),
  );
});
