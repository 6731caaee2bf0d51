import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, test } from "vitest";

import { type ImageDetail } from "@/api";
import { albumsApi } from "@/test/albums";
import { anAlbum, anImage, anImageDetail } from "@/test/samples";
import { server } from "@/test/server";
import { libraryHandlers } from "@/test/timeline";

import {
  aDetail,
  aGate,
  key,
  open,
  openAmong,
  requests,
  serve,
  setUp,
  shown,
  THREE,
} from "./testing/open-viewer";

beforeEach(setUp);

test("shows the picture with its description as alt text, and says where it stands", async () => {
  serve(THREE);
  await open();
  expect(await screen.findByRole("img", { name: "Picture two" })).toHaveAttribute(
    "src",
    THREE[1]?.preview_url,
  );
  expect(screen.getByRole("heading", { name: "two.jpg" })).toBeVisible();
  expect(screen.getByText("2 of 3: Picture two")).toBeInTheDocument();
});

describe("by keyboard", () => {
  test("arrows go to the neighbours and stop at the ends", async () => {
    serve(THREE);
    await openAmong(3);
    await key("{ArrowRight}");
    expect(shown()).toBe("three");
    expect(await screen.findByRole("img", { name: "Picture three" })).toBeInTheDocument();
    await key("{ArrowRight}");
    expect(shown()).toBe("three");
    await key("{ArrowLeft}{ArrowLeft}{ArrowLeft}");
    expect(shown()).toBe("one");
    expect(screen.getByRole("button", { name: "Previous picture" })).toBeDisabled();
  });

  test("i shows the details and hides them", async () => {
    serve(THREE);
    await openAmong(3);
    await key("i");
    expect(screen.getByRole("complementary", { name: "Details" })).toBeVisible();
    await key("i");
    expect(screen.queryByRole("complementary")).not.toBeInTheDocument();
  });

  test("Escape closes", async () => {
    serve(THREE);
    await openAmong(3);
    await screen.findByRole("img", { name: "Picture two" });
    await key("{Escape}");
    await waitFor(() => expect(shown()).toBe("closed"));
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  test.each(["d", "{Delete}"])("%s deletes and shows the next, u takes it back", async (press) => {
    serve(THREE);
    await openAmong(3);
    await key(press);
    expect(shown()).toBe("three");
    await waitFor(() => expect(requests).toEqual(["delete two"]));
    expect(await screen.findByText("2 of 2: Picture three")).toBeInTheDocument();

    await key("u");
    expect(shown()).toBe("two");
    await waitFor(() => expect(requests.at(-1)).toBe("restore two"));
    expect(await screen.findByText("2 of 3: Picture two")).toBeInTheDocument();
  });

  test("Ctrl+Z takes back too, one after the other", async () => {
    serve(THREE);
    await openAmong(3);
    await key("dd");
    expect(shown()).toBe("one");
    await key("{Control>}z{/Control}");
    expect(shown()).toBe("three");
    await key("{Control>}z{/Control}");
    expect(shown()).toBe("two");
    await waitFor(() => expect(requests).toHaveLength(4));
  });

  test("f marks a favourite and takes it back, and the picture stays", async () => {
    const { handlers, asked } = libraryHandlers(THREE);
    server.use(...handlers);
    await openAmong(3);
    await key("f");
    expect(screen.getByRole("button", { name: "Favourite" })).toHaveAttribute(
      "aria-pressed",
      "true",
    );
    expect(await screen.findByText(/Picture two\. Favourite/)).toBeInTheDocument();
    await key("f");
    expect(screen.getByRole("button", { name: "Favourite" })).toHaveAttribute(
      "aria-pressed",
      "false",
    );
    expect(shown()).toBe("two");
    await waitFor(() => expect(asked).toEqual(["favourite two", "unfavourite two"]));
  });

  test("a archives and shows the next, u takes it back", async () => {
    const { handlers, asked } = libraryHandlers(THREE);
    server.use(...handlers);
    await openAmong(3);
    await key("a");
    expect(shown()).toBe("three");
    expect(await screen.findByText("2 of 2: Picture three")).toBeInTheDocument();
    await key("u");
    expect(shown()).toBe("two");
    expect(await screen.findByText("2 of 3: Picture two")).toBeInTheDocument();
    await waitFor(() => expect(asked).toEqual(["archive two", "unarchive two"]));
  });

  test.each(["while it is under way", "after it has ended"])(
    "what was asked before a change takes nothing back when it is answered %s",
    async (when) => {
      const change = aGate();
      const answer = aGate();
      const { handlers, asked } = libraryHandlers(THREE);
      server.use(
        // As it was before: answered late the first time.
        http.get("*/api/images/two", () => answer.open.then(() => aDetail("two")), { once: true }),
        http.post("*/api/images/batch", () => change.open),
        ...handlers,
      );
      const { client } = await openAmong(3);
      const isOver = () => expect(client.isMutating()).toBe(0);
      await key("f");
      if (when === "after it has ended") {
        change.pass();
        await waitFor(isOver);
        expect(asked).toEqual(["favourite two"]);
      }
      answer.pass();
      await waitFor(() => expect(client.getQueryData(["images", "detail", "two"])).toBeDefined());
      expect(screen.getByRole("button", { name: "Favourite" })).toHaveAttribute(
        "aria-pressed",
        "true",
      );
      change.pass();
      await waitFor(isOver);
    },
  );

  test("? lists the keys, and they do nothing meanwhile", async () => {
    serve(THREE);
    await openAmong(3);
    await key("?");
    expect(screen.getByRole("dialog", { name: "Keys" })).toHaveTextContent("Favourite");
    await key("d");
    expect(requests).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.queryByRole("dialog", { name: "Keys" })).not.toBeInTheDocument();
  });

  test("s begins a slideshow, Space pauses it, and Escape ends it before it closes", async () => {
    serve(THREE);
    await openAmong(3);
    await screen.findByRole("img", { name: "Picture two" });
    await key("s");
    expect(screen.getByRole("button", { name: "Pause the slideshow" })).toBeVisible();
    await key(" ");
    expect(screen.getByRole("button", { name: "Go on with the slideshow" })).toBeVisible();
    await key("{Escape}");
    expect(screen.queryByRole("group", { name: "Slideshow" })).not.toBeInTheDocument();
    expect(shown()).toBe("two");
    await key("{Escape}");
    await waitFor(() => expect(shown()).toBe("closed"));
  });

  test("letters typed into a field are only letters", async () => {
    serve(THREE);
    await openAmong(3);
    await key("i");
    await userEvent.click(await screen.findByRole("button", { name: "Rename" }));
    await userEvent.clear(screen.getByRole("textbox", { name: "Name" }));
    await key("did{ArrowLeft}u");
    expect(screen.getByRole("textbox", { name: "Name" })).toHaveValue("diud");
    expect(shown()).toBe("two");
    // A name that would be cut is not sent.
    await key("/../x.jpg{Enter}");
    expect(screen.getByRole("textbox", { name: "Name" })).toHaveAccessibleDescription(
      "A name has no / and no \\ in it.",
    );
    expect(requests).toEqual([]);
    await key("{Escape}");
    expect(screen.queryByRole("textbox")).not.toBeInTheDocument();
    expect(screen.getByRole("dialog")).toBeVisible();
  });
});

test("the message after deleting has an Undo", async () => {
  serve(THREE);
  await openAmong(3, "three");
  await userEvent.click(screen.getByRole("button", { name: "Delete" }));
  expect(shown()).toBe("two");
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  expect(shown()).toBe("three");
});

test("deleting the only picture closes the viewer", async () => {
  serve(THREE.slice(0, 1));
  await open("one");
  await key("d");
  await waitFor(() => expect(shown()).toBe("closed"));
});

test("the page beneath is out of reach while it is open, and in reach afterwards", async () => {
  serve(THREE);
  await open();
  const main = screen.getByText("Something on the page").closest("main");
  expect(main).toHaveAttribute("inert");
  expect(screen.getByRole("dialog")).toHaveFocus();
  await screen.findByRole("img", { name: "Picture two" });
  await key("{Escape}");
  await waitFor(() => expect(main).not.toHaveAttribute("inert"));
});

describe("an address opened directly", () => {
  test("shows a picture that the timeline has not loaded", async () => {
    serve(THREE);
    await open("three");
    expect(await screen.findByRole("img", { name: "Picture three" })).toBeInTheDocument();
  });

  test("says when there is no such picture, and leads back", async () => {
    serve(THREE);
    await open("stranger");
    expect(await screen.findByRole("alert")).toHaveTextContent("There is no such picture");
    await key("{Escape}");
    expect(shown()).toBe("closed");
  });

  test("a deleted picture is as gone as one that never was", async () => {
    serve([anImage({ id: "gone", deleted_at: "2025-06-01T10:00:00Z" })]);
    await open("gone");
    expect(await screen.findByRole("alert")).toHaveTextContent("There is no such picture");
  });

  test("can be tried again when the server did not answer", async () => {
    server.use(http.get("*/api/images/:id", () => HttpResponse.error()));
    await open("three");
    expect(await screen.findByRole("alert")).toHaveTextContent("could not be loaded");
    serve(THREE);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("img", { name: "Picture three" })).toBeInTheDocument();
  });
});

test("l adds the picture to an album, and the details then name it", async () => {
  const { handlers, asked } = albumsApi({ images: THREE });
  serve(THREE);
  server.use(...handlers);
  let albums: ImageDetail["albums"] = [];
  server.use(
    http.get("*/api/images/two", () =>
      HttpResponse.json({ ...anImageDetail(), ...THREE[1], albums }),
    ),
  );
  await open();
  await screen.findByRole("img", { name: "Picture two" });
  await key("e");
  const details = await screen.findByRole("complementary", { name: "Details" });
  expect(await within(details).findByRole("button", { name: "Add to album" })).toBeVisible();
  expect(within(details).queryByRole("link", { name: "Lisbon" })).toBeNull();
  await key("l");
  const lisbon = await screen.findByRole("button", { name: /Lisbon/ });
  albums = [{ id: anAlbum().id, title: "Lisbon" }];
  await userEvent.click(lisbon);
  expect(await screen.findByText("Added 1 to Lisbon")).toBeVisible();
  expect(screen.queryByRole("dialog", { name: /to an album/ })).toBeNull();
  const link = await within(details).findByRole("link", { name: "Lisbon" });
  expect(link).toHaveAttribute("href", `/albums/${anAlbum().id}`);
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(asked).toEqual(["add_to_album two", "remove_from_album two"]));
});

test("a picture is removed from an album in its details, and an undo puts it back", async () => {
  const { handlers, asked } = albumsApi({ images: THREE, members: ["two"] });
  serve(THREE, { albums: [{ id: anAlbum().id, title: "Lisbon" }] });
  server.use(...handlers.slice(-1));
  await openAmong(3);
  await key("e");
  await userEvent.click(await screen.findByRole("button", { name: "Remove from Lisbon" }));
  expect(await screen.findByText("Removed from Lisbon")).toBeVisible();
  expect(shown()).toBe("two");
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(asked).toEqual(["remove_from_album two", "add_to_album two"]));
});
