import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, onTestFinished, test } from "vitest";

import { albumsApi } from "@/test/albums";
import { renderWithApp } from "@/test/render";
import { anAlbum, anImage, NOTHING_SHARED } from "@/test/samples";
import { server } from "@/test/server";

import { AlbumsPage } from "./AlbumsPage";

beforeEach(() =>
  server.use(http.get("*/api/shared-albums", () => HttpResponse.json(NOTHING_SHARED))),
);

test("an invitation shows beside the albums", async () => {
  const invitation = {
    id: "i1",
    title: "Porto",
    owner: "bob@example.org",
    role: "viewer",
    invited_at: "2025-05-01T10:00:00Z",
  };
  server.use(
    ...albumsApi({ images: [] }).handlers,
    http.get("*/api/shared-albums", () =>
      HttpResponse.json({ ...NOTHING_SHARED, invitations: [invitation] }),
    ),
  );
  renderWithApp(<AlbumsPage />);
  const link = await screen.findByRole("link", { name: /Shared with me/ });
  await expect.poll(() => link.textContent).toBe("Shared with meNew");
  expect(link).toHaveAttribute("href", "/shared-with-me");
});

test("without albums the page says what they are, and makes one", async () => {
  onTestFinished(() => window.history.replaceState(null, "", "/"));
  const { handlers, asked } = albumsApi({ images: [], albums: [] });
  server.use(...handlers);
  renderWithApp(<AlbumsPage />);
  const user = userEvent.setup();
  expect(await screen.findByRole("heading", { name: "No albums yet" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "New album" }));
  await user.click(screen.getByRole("button", { name: "Create" }));
  expect(screen.getByLabelText("Title")).toHaveAccessibleDescription("Give the album a title.");
  await user.type(screen.getByLabelText("Title"), "Porto");
  await user.click(screen.getByRole("button", { name: "Create" }));
  await expect.poll(() => window.location.pathname).toBe("/albums/new");
  expect(asked).toEqual(["create Porto"]);
});

test("each album has its count and the days of its pictures", async () => {
  const images = [
    anImage({ id: "b2", timeline_at: "2025-05-03T10:00:00" }),
    anImage({ id: "a1", timeline_at: "2025-05-01T10:00:00" }),
  ];
  const albums = [anAlbum(), anAlbum({ id: "empty", title: "Porto" })];
  server.use(...albumsApi({ images, albums, members: ["a1", "b2"] }).handlers);
  renderWithApp(<AlbumsPage />);
  const list = await screen.findByRole("list", { name: "Your albums" });
  expect(within(list).getByRole("link", { name: /Lisbon/ })).toHaveTextContent(
    "Lisbon2 pictures1–3 May 2025",
  );
  expect(within(list).getByRole("link", { name: /Porto/ })).toHaveTextContent("Porto0 pictures");
});

test("a failure is told in the server's words and can be tried again", async () => {
  const problem = { status: 400, code: "odd", detail: "The moon is in the way.", title: "" };
  server.use(http.get("*/api/albums", () => HttpResponse.json(problem, { status: 400 })));
  renderWithApp(<AlbumsPage />);
  expect(await screen.findByRole("alert")).toHaveTextContent("The moon is in the way.");
  server.use(...albumsApi({ images: [] }).handlers);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: /Lisbon/ })).toBeVisible();
});
