import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, onTestFinished, test, vi } from "vitest";

import { landImages, type Image, type MainView } from "@/api";
import { renderWithApp } from "@/test/render";
import { anImage } from "@/test/samples";
import { server } from "@/test/server";
import { batchHandler, libraryHandlers, timelineHandlers } from "@/test/timeline";

import { MainTimeline } from "./Timeline";

const two = [
  anImage({ id: "b2", name: "b.jpg", alt_text: "A red barn" }),
  anImage({ id: "a1", name: "a.jpg", timeline_at: "2025-05-02T10:00:00" }),
];

/** An API that lists these pictures, and remembers what was asked of it. */
const serve = (images: readonly Image[]) => {
  const asked: string[] = [];
  const deleted = new Set<unknown>();
  server.use(
    ...timelineHandlers(
      () => images.filter(({ id }) => !deleted.has(id)),
      (what) => asked.push(what),
    ),
    batchHandler(deleted, (what) => asked.push(what)),
    http.get("*/api/account", () => HttpResponse.json({})),
  );
  return asked;
};

const show = (view: MainView = "timeline") => {
  const onOpen = vi.fn();
  const onUpload = vi.fn();
  const { client } = renderWithApp(
    <MainTimeline view={view} path="" openId={null} onOpen={onOpen} onUpload={onUpload} />,
  );
  return { client, onOpen, onUpload, user: userEvent.setup() };
};

const tile = (name: string | RegExp) => screen.findByRole("link", { name });

test("while the first page is on its way a screen reader hears so", () => {
  serve([]);
  show();
  expect(screen.getByText("Loading your pictures")).toBeInTheDocument();
});

test("an empty library says what to do, and its button opens the picker", async () => {
  serve([]);
  const { user, onUpload } = show();
  expect(await screen.findByRole("heading", { name: "Drop pictures anywhere" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Choose pictures" }));
  expect(onUpload).toHaveBeenCalledOnce();
});

test("where nothing can be dropped an empty library does not ask for it", async () => {
  onTestFinished(() => void vi.restoreAllMocks());
  vi.spyOn(window, "matchMedia").mockImplementation(
    (query) => ({ matches: query === "(pointer: coarse)" }) as MediaQueryList,
  );
  serve([]);
  show();
  expect(await screen.findByRole("heading", { name: "Add your first pictures" })).toBeVisible();
});

test("a picture that moves says so, and one that stands still or is damaged does not", async () => {
  serve([
    anImage({ id: "b2", alt_text: "A dance", is_animated: true }),
    anImage({ id: "a1", alt_text: "A wall" }),
    anImage({ id: "c3", alt_text: "A torn film", is_animated: true, state: "damaged" }),
  ]);
  show();
  expect(await tile("A dance Moving picture")).toBeVisible();
  expect(screen.getAllByTitle("Moving picture")).toHaveLength(1);
});

test("a failure is told in the server's words and can be tried again", async () => {
  const failing = { status: 400, code: "odd", detail: "The moon is in the way.", title: "" };
  serve([]);
  server.use(http.get("*/api/timeline", () => HttpResponse.json(failing, { status: 400 })));
  const { user } = show();
  expect(await screen.findByRole("alert")).toHaveTextContent("The moon is in the way.");
  serve(two);
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await tile("A red barn")).toBeVisible();
});

test("pictures stand under their days, and are called by their description", async () => {
  serve(two);
  show();
  const day = await screen.findByRole("region", { name: "Sat, 3 May 2025" });
  expect(within(day).getByRole("img", { name: "A red barn" })).toBeVisible();
  expect(await tile("Photo taken 3 May 2025 (a.jpg)")).toBeVisible();
});

test("a picture that is processing or damaged says so, with a thumbnail or without", async () => {
  const failure = (detail: string) => ({ failure: { code: "x", title: "Damaged", detail } });
  serve([
    anImage({ id: "p", state: "processing", thumbnail_url: null }),
    anImage({ id: "d", state: "damaged", ...failure("The file ends too early.") }),
    anImage({
      id: "r",
      state: "damaged",
      thumbnail_url: null,
      ...failure("Nothing can be shown."),
    }),
  ]);
  show();
  expect(await tile(/Processing/)).toBeVisible();
  expect(await tile(/Damaged ?: The file ends too early\./)).toBeVisible();
  expect(await tile(/Nothing can be shown\./)).toBeVisible();
});

/** As the API shapes failures (app/images/failure_messages.py). */
test.each([
  { code: "undecodable", title: "No preview yet", detail: "It cannot be shown here yet." },
  { code: "out_of_memory", title: "No preview yet", detail: "It needs more memory." },
  { code: "corrupt", title: "Damaged", detail: "Part of this file is broken." },
])("a tile without a picture of $code says “$title”", async (failure) => {
  serve([anImage({ id: "d", state: "damaged", thumbnail_url: null, failure })]);
  show();
  const link = await tile(new RegExp(`${failure.title} ?: ${failure.detail}`));
  for (const other of ["No preview yet", "Damaged"].filter((title) => title !== failure.title)) {
    expect(link).not.toHaveTextContent(other);
  }
});

test("a click opens a picture; with something selected it selects", async () => {
  serve(two);
  const { user, onOpen } = show();
  await user.click(await tile("A red barn"));
  expect(onOpen).toHaveBeenCalledExactlyOnceWith("b2");
  await user.click(screen.getByRole("checkbox", { name: "Select A red barn" }));
  await user.click(await tile(/a\.jpg/));
  expect(await screen.findByRole("toolbar")).toHaveTextContent("2 selected");
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("toolbar")).not.toBeInTheDocument();
});

test("delete takes the picture away at once, and undo brings it back after the delete arrived", async () => {
  const asked = serve(two);
  const { user } = show();
  await user.click(await screen.findByRole("checkbox", { name: "Select A red barn" }));
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  await waitFor(() => expect(screen.queryByRole("link", { name: "A red barn" })).toBeNull());
  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(await tile("A red barn")).toBeVisible();
  expect(screen.queryByRole("toolbar")).not.toBeInTheDocument();
  await waitFor(() => expect(asked).toContain("restore b2"));
  expect(asked.filter((request) => /delete|restore/.test(request))).toEqual([
    "delete b2",
    "restore b2",
  ]);
});

test("a delete that fails brings the picture back and says why", async () => {
  serve(two);
  const detail = "Storage is being moved. Try again tomorrow.";
  server.use(
    http.post("*/api/images/batch", () =>
      HttpResponse.json({ status: 409, code: "moving", detail, title: "" }, { status: 409 }),
    ),
  );
  const { user } = show();
  (await tile("A red barn")).focus();
  await user.keyboard("{Delete}");
  expect(await screen.findByText(detail)).toBeVisible();
  expect(await tile("A red barn")).toBeVisible();
});

test("arrows move the one tab stop, and Enter opens", async () => {
  serve(two);
  const { user, onOpen } = show();
  (await tile("A red barn")).focus();
  await user.keyboard("{ArrowRight}");
  const second = await tile(/a\.jpg/);
  expect(second).toHaveFocus();
  expect(second).toHaveAttribute("tabindex", "0");
  expect(await tile("A red barn")).toHaveAttribute("tabindex", "-1");
  await user.keyboard("{Enter}");
  expect(onOpen).toHaveBeenCalledExactlyOnceWith("a1");
});

test("an expired address is renewed once, and given up if the new one fails too", async () => {
  const signed = (signature: string) =>
    `http://storage.test/users/aa/b2/thumbnail.webp?s=${signature}`;
  const before = anImage({ id: "b2", alt_text: "A red barn", thumbnail_url: signed("old") });
  serve([before]);
  show();
  const picture = await screen.findByRole("img", { name: "A red barn" });
  const asked = serve([{ ...before, thumbnail_url: signed("new") }]);
  fireEvent.error(picture);
  await waitFor(() => expect(picture).toHaveAttribute("src", signed("new")));
  expect(asked).toEqual(["ids b2"]);
  fireEvent.error(picture);
  expect(await screen.findByText("This picture can’t be shown right now.")).toBeVisible();
  expect(asked).toEqual(["ids b2"]);
});

test("a picture that waits for its description is looked at until it has one", async () => {
  const waiting = anImage({ id: "b2", name: "b.jpg", description_state: "waiting" });
  serve([waiting]);
  show();
  expect(await tile(/b\.jpg/)).toBeVisible();
  const asked = serve([{ ...waiting, description_state: "done", alt_text: "A red barn" }]);
  expect(await tile("A red barn")).toBeVisible();
  expect(asked).toEqual(["ids b2"]);
});

/** Something to wait for until it is opened. */
const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
};

test("no list is asked for between a delete and its undo: it would leave the picture out", async () => {
  const asked = serve(two);
  const [deleting, restoring] = [gate(), gate()];
  server.use(
    http.post("*/api/images/batch", async ({ request }) => {
      const { action } = (await request.json()) as { action: string };
      asked.push(action);
      await (action === "delete" ? deleting : restoring).opened;
      const undo = { action: "restore", images: { ids: ["b2"] } };
      return HttpResponse.json({ changed: 1, cancelled: 0, undo });
    }),
  );
  const { client } = show();
  (await tile("A red barn")).focus();
  await userEvent.keyboard("{Delete}");
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  expect(await tile("A red barn")).toBeVisible();
  deleting.open();
  await waitFor(() => expect(asked).toContain("restore"));
  expect(client.isFetching({ queryKey: ["images"] })).toBe(0);
  expect(asked).toEqual(["overview", "page", "delete", "restore"]);
  restoring.open();
  await waitFor(() => expect(asked.slice(4).sort()).toEqual(["bucket 2025-05", "overview"]));
  expect(await tile("A red barn")).toBeVisible();
});

test("the offer of an undo goes when the picture came back in another way", async () => {
  serve(two);
  const { client } = show();
  (await tile("A red barn")).focus();
  await userEvent.keyboard("{Delete}");
  expect(await screen.findByRole("button", { name: "Undo" })).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("link", { name: "A red barn" })).toBeNull());
  serve(two);
  await landImages(client, two);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Undo" })).toBeNull());
  expect(await tile("A red barn")).toBeVisible();
});

test("a delete that fails gives the selection back", async () => {
  serve(two);
  server.use(http.post("*/api/images/batch", () => HttpResponse.error()));
  const { user } = show();
  await user.click(await screen.findByRole("checkbox", { name: "Select A red barn" }));
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  expect(await screen.findByText(/can’t be reached/)).toBeVisible();
  expect(await screen.findByRole("checkbox", { name: "Select A red barn" })).toBeChecked();
});

/** Two pictures in each of three months, of which a list by pages has only the newest two. */
const months = ["2025-05", "2025-04", "2025-03"].flatMap((month, n) =>
  [2, 1].map((day) =>
    anImage({
      id: `${3 - n}${day}`,
      name: `${month} ${day}.jpg`,
      timeline_at: `${month}-0${day}T10:00:00`,
      size: 1_500_000,
    }),
  ),
);

const serveMonths = () => {
  const asked = serve(months);
  server.use(
    http.get("*/api/images", ({ request }) => {
      const ids = new URL(request.url).searchParams.get("ids")?.split(",");
      const images = ids ? months.filter(({ id }) => ids.includes(id)) : months.slice(0, 2);
      return HttpResponse.json({ images, next_cursor: ids ? null : "more" });
    }),
  );
  return asked;
};

test("Ctrl+A selects all, also what is not loaded, and the bar says how large they are", async () => {
  const asked = serveMonths();
  show();
  await screen.findAllByRole("link");
  await userEvent.keyboard("{Control>}a{/Control}");
  const bar = await screen.findByRole("toolbar");
  await waitFor(() => expect(bar).toHaveTextContent("6 selected"));
  await waitFor(() => expect(bar).toHaveTextContent("9 MB"));
  await userEvent.keyboard("{Delete}");
  await waitFor(() => expect(asked).toContain("delete 32,31,22,21,12,11"));
  expect(await screen.findByText("6 pictures moved to Recently deleted")).toBeVisible();
});

test("how large pictures are of which little is known is asked for once they are selected", async () => {
  serveMonths();
  const asked: unknown[] = [];
  server.use(
    http.get("*/api/images", () => HttpResponse.json({ images: [], next_cursor: null })),
    http.post("*/api/images/total", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ images: 6, size: 7_000_000_000 });
    }),
  );
  show();
  await screen.findAllByRole("link");
  await userEvent.keyboard("{Control>}a{/Control}");
  const bar = await screen.findByRole("toolbar");
  await waitFor(() => expect(bar).toHaveTextContent("7 GB"));
  expect(asked).toEqual([{ ids: ["32", "31", "22", "21", "12", "11"] }]);
});

test("a shift-click selects all in between over months", async () => {
  serveMonths();
  const { user } = show();
  await user.click(await screen.findByRole("checkbox", { name: /Select .*2025-05 1/ }));
  await user.keyboard("{Shift>}");
  await user.click(await tile(/2025-03 2/));
  await user.keyboard("{/Shift}");
  expect(await screen.findByText("4 selected")).toBeVisible();
});

test("what is archived leaves the timeline, and undo brings it back", async () => {
  const { handlers, asked } = libraryHandlers(two);
  server.use(...handlers);
  const { user } = show();
  await user.click(await screen.findByRole("checkbox", { name: "Select A red barn" }));
  await user.click(await screen.findByRole("button", { name: "Archive" }));
  await waitFor(() => expect(screen.queryByRole("link", { name: "A red barn" })).toBeNull());
  expect(await screen.findByText("1 picture archived")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(await tile("A red barn")).toBeVisible();
  await waitFor(() => expect(asked).toEqual(["archive b2", "unarchive b2"]));
});

test("favourites are marked in the timeline; where all are, the button takes it back", async () => {
  const { handlers, asked } = libraryHandlers(two);
  server.use(...handlers);
  const { user } = show();
  await user.click(await screen.findByRole("checkbox", { name: "Select A red barn" }));
  await user.click(await screen.findByRole("button", { name: "Favourite" }));
  expect(await tile("A red barn , favourite")).toBeVisible();
  await user.click(screen.getByRole("checkbox", { name: "Select A red barn" }));
  await user.click(await screen.findByRole("button", { name: "Unfavourite" }));
  expect(await tile("A red barn")).toBeVisible();
  await waitFor(() => expect(asked).toEqual(["favourite b2", "unfavourite b2"]));
});

test("the archive has what is archived, and gives it back to the timeline", async () => {
  const archived = { ...two[0], archived_at: "2025-06-01T00:00:00Z" } as Image;
  const { handlers, asked } = libraryHandlers([archived, ...two.slice(1)]);
  server.use(...handlers);
  const { user } = show("archive");
  expect(await tile("A red barn")).toBeVisible();
  expect(screen.getAllByRole("link")).toHaveLength(1);
  await user.click(screen.getByRole("checkbox", { name: "Select A red barn" }));
  await user.click(await screen.findByRole("button", { name: "Unarchive" }));
  expect(await screen.findByRole("heading", { name: "Nothing is archived" })).toBeVisible();
  await waitFor(() => expect(asked).toEqual(["unarchive b2"]));
});

test("a change that is refused puts the favourite back as it was", async () => {
  server.use(...libraryHandlers(two).handlers);
  server.use(http.post("*/api/images/batch", () => HttpResponse.error()));
  const { user } = show();
  await user.click(await screen.findByRole("checkbox", { name: "Select A red barn" }));
  await user.click(await screen.findByRole("button", { name: "Favourite" }));
  expect(await screen.findByText(/can’t be reached/)).toBeVisible();
  expect(await tile("A red barn")).toBeVisible();
});

test("a tile that stands for a stack says so, and what is done to it is done to all of it", async () => {
  const stacked: Partial<Image> = { stack_id: "s", stack_size: 3, favourite: true };
  let images = two.map((image) => (image.id === "b2" ? { ...image, ...stacked } : image));
  serve(two);
  let sent: unknown;
  server.use(
    ...timelineHandlers(() => images),
    http.post("*/api/images/batch", async ({ request }) => {
      sent = await request.json();
      images = images.slice(1);
      return HttpResponse.json({ changed: 3, cancelled: 0, has_more: false, undo: null });
    }),
  );
  const { user } = show();
  const barn = await tile(/A red barn.*, favourite, stack of 3 pictures/);
  expect(await tile(/a.jpg/)).not.toHaveTextContent("stack");
  barn.focus();
  await user.keyboard("{Delete}");
  expect(
    await screen.findByText("3 pictures moved to Recently deleted, stacks as a whole"),
  ).toBeVisible();
  expect(sent).toEqual({ action: "delete", images: { ids: ["b2"], whole_stacks: true } });
});

test("among favourites each picture of a stack is there for itself", async () => {
  const stacked = { ...two[0], favourite: true, stack_id: "s", stack_size: 3 } as Image;
  serve([stacked, { ...two[1], favourite: true, stack_id: "s", is_folded: true } as Image]);
  show("favourites");
  expect(await tile(/A red barn/)).not.toHaveTextContent("stack");
  expect(await tile(/a.jpg/)).toBeVisible();
});

test("what is folded meanwhile leaves the timeline", async () => {
  let images: readonly Image[] = two;
  serve(two);
  server.use(...timelineHandlers(() => images));
  const { client } = show();
  await tile(/a.jpg/);
  images = two.slice(0, 1);
  await landImages(
    client,
    two.slice(1).map((image) => ({ ...image, is_folded: true })),
  );
  await waitFor(() =>
    expect(screen.queryByRole("link", { name: /a.jpg/ })).not.toBeInTheDocument(),
  );
  expect(await tile(/A red barn/)).toBeVisible();
});
