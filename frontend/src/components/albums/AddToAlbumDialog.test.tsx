import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import { albumsApi } from "@/test/albums";
import { renderWithApp } from "@/test/render";
import { anAlbum, NOTHING_SHARED } from "@/test/samples";
import { server } from "@/test/server";

import { AddToAlbumDialog } from "./AddToAlbumDialog";

const show = (titles: readonly string[] = ["Lisbon", "Évora"]) => {
  const albums = titles.map((title, index) => anAlbum({ id: `album ${index}`, title }));
  const { handlers, asked } = albumsApi({ images: [], albums });
  server.use(...handlers);
  const onChoose = vi.fn();
  const onClose = vi.fn();
  renderWithApp(<AddToAlbumDialog count={12} onChoose={onChoose} onClose={onClose} />);
  return { asked, onChoose, onClose, user: userEvent.setup() };
};

test("an album is found by a part of its title and chosen with Enter", async () => {
  const { onChoose, user } = show();
  expect(await screen.findByRole("button", { name: /Lisbon/ })).toBeVisible();
  expect(screen.getByRole("dialog", { name: "Add 12 pictures to an album" })).toBeVisible();
  await user.keyboard("evora");
  expect(screen.queryByRole("button", { name: /Lisbon/ })).toBeNull();
  await user.keyboard("{Enter}");
  expect(onChoose).toHaveBeenCalledWith({ id: "album 1", title: "Évora", isNew: false });
});

test("of an album of others it is said what members get, and that goes with the choice", async () => {
  const shows = {
    show_dates: true,
    show_descriptions: false,
    show_names: false,
    show_places: false,
    allow_originals: true,
  };
  const joined = {
    id: "s1",
    title: "Porto",
    owner: "bob@example.org",
    role: "contributor",
    joined_at: "2025-05-01T10:00:00Z",
    count: 3,
    has_news: false,
    cover_id: null,
    thumbhash: null,
    shows,
  };
  server.use(
    http.get("*/api/shared-albums", () =>
      HttpResponse.json({ ...NOTHING_SHARED, albums: [joined] }),
    ),
  );
  const { onChoose, user } = show();
  const row = await screen.findByRole("button", { name: /Porto/ });
  expect(row).toHaveTextContent("Beside the pictures, members get: dates, originals.");
  await user.click(row);
  expect(onChoose).toHaveBeenCalledWith({ id: "s1", title: "Porto", isNew: false, shows });
});

/** Enter is pressed while the list of albums is still on its way. */
const pressEnterBeforeTheListIsThere = async (text: string) => {
  const titles = ["Lisbon", "Évora"];
  const albums = titles.map((title, index) => anAlbum({ id: `album ${index}`, title }));
  const { handlers, asked } = albumsApi({ images: [], albums });
  let arrive = (): void => undefined;
  const arrival = new Promise<undefined>((resolve) => {
    arrive = () => resolve(undefined);
  });
  server.use(
    http.get("*/api/albums", () => arrival),
    ...handlers,
  );
  const onChoose = vi.fn();
  renderWithApp(<AddToAlbumDialog count={12} onChoose={onChoose} onClose={vi.fn()} />);
  const user = userEvent.setup();
  await user.keyboard(`${text}{Enter}`);
  expect(screen.getByLabelText(/Find an album/)).toHaveAccessibleDescription(/waits/);
  expect(onChoose).not.toHaveBeenCalled();
  return { arrive, asked, onChoose, user };
};

test("Enter before the list is there chooses the album with that title", async () => {
  const { arrive, asked, onChoose } = await pressEnterBeforeTheListIsThere("evora");
  arrive();
  await waitFor(() =>
    expect(onChoose).toHaveBeenCalledWith({ id: "album 1", title: "Évora", isNew: false }),
  );
  expect(asked).toEqual([]);
});

test("Enter before the list is there makes an album that nobody has", async () => {
  const { arrive, asked, onChoose } = await pressEnterBeforeTheListIsThere("Porto");
  arrive();
  await waitFor(() => expect(onChoose).toHaveBeenCalledOnce());
  expect(asked).toEqual(["create Porto"]);
});

test("Enter before the list is there adds to no album whose title nobody has seen", async () => {
  const { arrive, asked, onChoose, user } = await pressEnterBeforeTheListIsThere("Lis");
  arrive();
  expect(await screen.findByText("Enter adds to “Lisbon”.")).toBeVisible();
  expect(onChoose).not.toHaveBeenCalled();
  await user.keyboard("{Enter}");
  expect(onChoose).toHaveBeenCalledWith(expect.objectContaining({ title: "Lisbon" }));
  expect(asked).toEqual([]);
});

test("an Enter is forgotten when the text is changed before the list is there", async () => {
  const { arrive, asked, onChoose, user } = await pressEnterBeforeTheListIsThere("Porto");
  await user.keyboard("{Backspace}");
  arrive();
  expect(await screen.findByText("Enter makes the album “Port”.")).toBeVisible();
  expect(asked).toEqual([]);
  expect(onChoose).not.toHaveBeenCalled();
});

test("the arrows go from the field through the list and back", async () => {
  const { onChoose, user } = show();
  await screen.findByRole("button", { name: /Lisbon/ });
  await user.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}{ArrowUp}");
  expect(screen.getByRole("button", { name: /Lisbon/ })).toHaveFocus();
  await user.keyboard("{ArrowUp}{ArrowUp}");
  expect(screen.getByLabelText(/Find an album/)).toHaveFocus();
  await user.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(onChoose).toHaveBeenCalledWith({ id: "album 0", title: "Lisbon", isNew: false });
});

test("a title that no album has makes a new one", async () => {
  const { asked, onChoose, user } = show();
  await screen.findByRole("button", { name: /Lisbon/ });
  await user.keyboard(" Porto {Enter}");
  await waitFor(() =>
    expect(onChoose).toHaveBeenCalledWith(expect.objectContaining({ id: "new", isNew: true })),
  );
  expect(asked).toEqual(["create Porto"]);
});

test("without a title a new album asks for one first, and the way back leads to the list", async () => {
  const { asked, onChoose, user } = show();
  await user.click(await screen.findByRole("button", { name: "New album …" }));
  expect(screen.getByLabelText("Title")).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "Back" }));
  expect(screen.getByLabelText(/Find an album/)).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "New album …" }));
  await user.keyboard("Porto{Enter}");
  await waitFor(() => expect(onChoose).toHaveBeenCalled());
  expect(asked).toEqual(["create Porto"]);
});

test("that there are too many albums is said here", async () => {
  const { onChoose, user } = show();
  const problem = { status: 409, code: "too_many_albums", detail: "Too many albums.", title: "" };
  server.use(http.post("*/api/albums", () => HttpResponse.json(problem, { status: 409 })));
  await screen.findByRole("button", { name: /Lisbon/ });
  await user.keyboard("Porto{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("Too many albums.");
  expect(onChoose).not.toHaveBeenCalled();
});
