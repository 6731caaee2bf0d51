import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { useState } from "react";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { useNeighbours, type Image, type ImageDetail } from "@/api";
import { albumsApi } from "@/test/albums";
import { renderWithApp } from "@/test/render";
import { anAlbum, anImage, anImageDetail } from "@/test/samples";
import { server } from "@/test/server";
import { batchHandler, libraryHandlers, timelineHandlers } from "@/test/timeline";

import Viewer from ".";
import { standInForBrowser } from "./testing/jsdom-polyfills";

const THREE = ["one", "two", "three"].map((name, n) =>
  anImage({
    id: name,
    name: `${name}.jpg`,
    alt_text: `Picture ${name}`,
    timeline_at: `2025-05-0${9 - n}T10:00:00`,
  }),
);

let requests: string[];

/** An API with these pictures, which also remembers what is done to them. */
const serve = (images: readonly Image[], details: Partial<ImageDetail> = {}) => {
  const deleted = new Set<unknown>();
  server.use(
    ...timelineHandlers(() => images.filter(({ id }) => !deleted.has(id))),
    http.get("*/api/images/:id", ({ params }) => {
      const image = images.find(({ id }) => id === params["id"]);
      if (image) return HttpResponse.json({ ...anImageDetail(), ...image, ...details });
      const body = { status: 404, code: "not_found", detail: "There is no such picture." };
      return HttpResponse.json(body, { status: 404 });
    }),
    batchHandler(deleted, (what) => requests.push(what)),
    http.patch("*/api/images/:id", async ({ params, request }) => {
      requests.push(`PATCH ${String(params["id"])} ${await request.text()}`);
      const image = images.find(({ id }) => id === params["id"]) ?? anImage();
      return HttpResponse.json({ ...anImageDetail(), ...image });
    }),
  );
};

/** The address in the middle, the viewer on top. */
const App = ({ openId }: { openId: string }) => {
  const [id, setId] = useState<string | null>(openId);
  return (
    <>
      <main>
        <button>Something on the page</button>
        <output>{id ?? "closed"}</output>
      </main>
      {id !== null && <Open id={id} onShow={setId} onClose={() => setId(null)} />}
    </>
  );
};

type OpenProps = { id: string; onShow: (id: string) => void; onClose: () => void };

const Open = ({ id, onShow, onClose }: OpenProps) => (
  <Viewer
    view="timeline"
    imageId={id}
    {...useNeighbours(id, "timeline")}
    onClose={onClose}
    onNavigate={onShow}
  />
);

const open = async (id = "two") => {
  const view = renderWithApp(<App openId={id} />);
  await screen.findByRole("dialog");
  return view;
};
/** Waits until its neighbours are there as well. */
const openAmong = async (count: number, id = "two") => {
  const view = await open(id);
  await screen.findByText(new RegExp(`of ${count}:`));
  return view;
};
/** Holds an answer back until it is let pass. */
const aGate = () => {
  let pass = (): void => undefined;
  const open = new Promise<undefined>((resolve) => {
    pass = () => resolve(undefined);
  });
  return { open, pass };
};
const aDetail = (id: string) =>
  HttpResponse.json({ ...anImageDetail(), ...THREE.find((image) => image.id === id) });
const shown = () => screen.getByText((_, element) => element?.tagName === "OUTPUT").textContent;
const key = (keys: string) => userEvent.keyboard(keys);

beforeEach(() => {
  requests = [];
  standInForBrowser();
});

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

describe("pictures that are not whole", () => {
  const failure = {
    code: "incomplete",
    title: "Damaged",
    detail: "The end of this file is missing.",
  };

  test("a damaged one shows what there is of it, with the reason", async () => {
    serve([anImage({ id: "two", state: "damaged", failure, alt_text: "Half a bay" })]);
    await open();
    expect(await screen.findByRole("img", { name: "Half a bay" })).toBeInTheDocument();
    expect(screen.getByText(/Damaged. The end of this file/)).toBeVisible();
  });

  test("one without a preview says why", async () => {
    serve([anImage({ id: "two", state: "damaged", failure, preview_url: null })]);
    await open();
    expect(await screen.findByText("Damaged")).toBeVisible();
    expect(screen.getByText("The end of this file is missing.")).toBeVisible();
  });

  const ours = { code: "too_slow", title: "No preview yet", detail: "It took too long here." };

  test("one that we failed to show is not called damaged", async () => {
    serve([anImage({ id: "two", state: "damaged", failure: ours, preview_url: null })]);
    await open();
    expect(await screen.findByText("No preview yet")).toBeVisible();
    expect(screen.getByText("It took too long here.")).toBeVisible();
    expect(screen.queryByText(/Damaged/)).not.toBeInTheDocument();
  });

  test("one that is shown by its small copy says so", async () => {
    const small = { code: "shown_small", title: "Small preview", detail: "Too large to open." };
    serve([anImage({ id: "two", state: "damaged", failure: small, alt_text: "A wide bay" })]);
    await open();
    expect(await screen.findByRole("img", { name: "A wide bay" })).toBeInTheDocument();
    expect(screen.getByText("Small preview. Too large to open.")).toBeVisible();
    expect(screen.queryByText(/Damaged/)).not.toBeInTheDocument();
  });

  test("one that is being prepared appears by itself", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const bare = { preview_url: null, width: null, height: null };
    serve([anImage({ id: "two", state: "processing", ...bare })]);
    await open();
    expect(await screen.findByText("Being prepared")).toBeVisible();
    serve([anImage({ id: "two", alt_text: "A bay" })]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await screen.findByRole("img", { name: "A bay" })).toBeInTheDocument();
    vi.useRealTimers();
  });
});

test("a preview whose signature has run out is asked for anew, once", async () => {
  serve(THREE);
  await open();
  const img = await screen.findByRole("img", { name: "Picture two" });
  const preview_url = "http://storage.test/users/aa/02/preview.webp?X-Amz-Signature=2";
  serve(THREE.map((image) => (image.id === "two" ? { ...image, preview_url } : image)));
  img.dispatchEvent(new Event("error"));
  await waitFor(() =>
    expect(screen.getByRole("img", { name: "Picture two" })).toHaveAttribute("src", preview_url),
  );
});

describe("a picture that moves", () => {
  const [one, two] = THREE.map((image) => ({ ...image, is_animated: image.id === "two" }));
  const moving = [one, two].filter((image) => image !== undefined);
  const film = { animation_url: "http://storage.test/users/aa/two/original?X-Amz-Signature=1" };
  const drawn = () =>
    screen.getByRole("dialog").querySelector<HTMLImageElement>('img[alt="Picture two"]')?.src;

  test("moves at once, and can be stopped", async () => {
    vi.stubGlobal("matchMedia", () => ({ matches: false }));
    serve(moving, film);
    await open();
    await waitFor(() => expect(drawn()).toBe(film.animation_url));
    await userEvent.click(screen.getByRole("button", { name: "Pause animation" }));
    await waitFor(() => expect(drawn()).toContain("preview.webp"));
  });

  test("stands still for who wants less motion, until it is played", async () => {
    serve(moving, film);
    await open();
    const play = await screen.findByRole("button", { name: "Play" });
    expect(drawn()).toContain("preview.webp");
    await userEvent.click(play);
    await waitFor(() => expect(drawn()).toBe(film.animation_url));
  });

  test("has no such button when it does not move", async () => {
    serve(moving);
    await open("one");
    await screen.findByRole("button", { name: "Details" });
    expect(screen.queryByRole("button", { name: /Play|Pause animation/ })).not.toBeInTheDocument();
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
