import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, onTestFinished, test, vi } from "vitest";

import { landImages, type Image } from "@/api";
import { renderWithApp } from "@/test/render";
import { anImage } from "@/test/samples";
import { server } from "@/test/server";

import { Timeline } from "./Timeline";

const two = [
  anImage({ id: "b2", name: "b.jpg", alt_text: "A red barn" }),
  anImage({ id: "a1", name: "a.jpg", timeline_at: "2025-05-02T10:00:00" }),
];

/** An API that lists these pictures, and remembers what was asked of it. */
const serve = (images: readonly Image[]) => {
  const asked: string[] = [];
  const deleted = new Set<unknown>();
  server.use(
    http.get("*/api/images", ({ request }) => {
      const { searchParams } = new URL(request.url);
      const ids = searchParams.get("ids")?.split(",");
      asked.push(ids ? `ids ${ids.join()}` : "page");
      const found = images.filter(({ id }) => (ids ? ids.includes(id) : !deleted.has(id)));
      return HttpResponse.json({ images: found, next_cursor: null });
    }),
    http.delete("*/api/images/:id", ({ params }) => {
      asked.push(`delete ${String(params["id"])}`);
      deleted.add(params["id"]);
      return new HttpResponse(null, { status: 204 });
    }),
    http.patch("*/api/images/:id", async ({ params, request }) => {
      asked.push(`patch ${String(params["id"])} ${JSON.stringify(await request.json())}`);
      deleted.delete(params["id"]);
      const image = images.find(({ id }) => id === params["id"]);
      return HttpResponse.json({ ...image, sha256: "", camera: null, description: null });
    }),
    http.get("*/api/account", () => HttpResponse.json({})),
  );
  return asked;
};

const show = () => {
  const onOpen = vi.fn();
  const onUpload = vi.fn();
  const { client } = renderWithApp(<Timeline openId={null} onOpen={onOpen} onUpload={onUpload} />);
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
  server.use(http.get("*/api/images", () => HttpResponse.json(failing, { status: 400 })));
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

test("a click opens a picture; with something selected it selects", async () => {
  serve(two);
  const { user, onOpen } = show();
  await user.click(await tile("A red barn"));
  expect(onOpen).toHaveBeenCalledExactlyOnceWith("b2");
  await user.click(screen.getByRole("checkbox", { name: "Select A red barn" }));
  await user.click(await tile(/a\.jpg/));
  expect(screen.getByRole("toolbar")).toHaveTextContent("2 selected");
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("toolbar")).not.toBeInTheDocument();
});

test("delete takes the picture away at once, and undo brings it back after the delete arrived", async () => {
  const asked = serve(two);
  const { user } = show();
  await user.click(await screen.findByRole("checkbox", { name: "Select A red barn" }));
  await user.click(screen.getByRole("button", { name: "Delete" }));
  await waitFor(() => expect(screen.queryByRole("link", { name: "A red barn" })).toBeNull());
  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(await tile("A red barn")).toBeVisible();
  expect(screen.queryByRole("toolbar")).not.toBeInTheDocument();
  await waitFor(() => expect(asked).toContain('patch b2 {"deleted":false}'));
  expect(asked.filter((request) => /delete|patch/.test(request))).toEqual([
    "delete b2",
    'patch b2 {"deleted":false}',
  ]);
});

test("a delete that fails brings the picture back and says why", async () => {
  serve(two);
  const detail = "Storage is being moved. Try again tomorrow.";
  server.use(
    http.delete("*/api/images/:id", () =>
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
    http.delete("*/api/images/:id", async () => {
      await deleting.opened;
      return new HttpResponse(null, { status: 204 });
    }),
    http.patch("*/api/images/:id", async () => {
      asked.push("patch");
      await restoring.opened;
      return HttpResponse.json({ ...two[0], sha256: "", camera: null, description: null });
    }),
  );
  const { client } = show();
  (await tile("A red barn")).focus();
  await userEvent.keyboard("{Delete}");
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  expect(await tile("A red barn")).toBeVisible();
  deleting.open();
  await waitFor(() => expect(asked).toContain("patch"));
  expect(client.isFetching({ queryKey: ["images", "head"] })).toBe(0);
  expect(asked).toEqual(["page", "patch"]);
  restoring.open();
  await waitFor(() => expect(asked).toEqual(["page", "patch", "page"]));
  expect(await tile("A red barn")).toBeVisible();
});

test("the offer of an undo goes when the picture came back in another way", async () => {
  serve(two);
  const { client } = show();
  (await tile("A red barn")).focus();
  await userEvent.keyboard("{Delete}");
  expect(await screen.findByRole("button", { name: "Undo" })).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("link", { name: "A red barn" })).toBeNull());
  await landImages(client, two);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Undo" })).toBeNull());
  expect(await tile("A red barn")).toBeVisible();
});
