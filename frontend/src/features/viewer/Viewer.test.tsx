import { useQuery } from "@tanstack/react-query";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { useState } from "react";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { imageListOptions, type Image, type ImageDetail } from "@/api";
import { renderWithApp } from "@/test/render";
import { anImage, anImageDetail } from "@/test/samples";
import { server } from "@/test/server";

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
  server.use(
    http.get("*/api/images", () => HttpResponse.json({ images, next_cursor: null })),
    http.get("*/api/images/:id", ({ params }) => {
      const image = images.find(({ id }) => id === params["id"]);
      if (image) return HttpResponse.json({ ...anImageDetail(), ...image, ...details });
      const body = { status: 404, code: "not_found", detail: "There is no such picture." };
      return HttpResponse.json(body, { status: 404 });
    }),
    http.delete("*/api/images/:id", ({ params }) => {
      requests.push(`DELETE ${String(params["id"])}`);
      return new HttpResponse(null, { status: 204 });
    }),
    http.patch("*/api/images/:id", async ({ params, request }) => {
      requests.push(`PATCH ${String(params["id"])} ${await request.text()}`);
      const image = images.find(({ id }) => id === params["id"]) ?? anImage();
      return HttpResponse.json({ ...anImageDetail(), ...image });
    }),
  );
};

/** The timeline beneath, the address in the middle, the viewer on top. */
const App = ({ openId, listed }: { openId: string; listed: boolean }) => {
  const [id, setId] = useState<string | null>(openId);
  const { data } = useQuery({ ...imageListOptions(false), enabled: listed });
  const images = data?.images ?? [];
  return (
    <>
      <main>
        <button>Something on the page</button>
        <output>{id ?? "closed"}</output>
      </main>
      {id !== null && (images.length > 0 || !listed) && (
        <Viewer imageId={id} images={images} onClose={() => setId(null)} onNavigate={setId} />
      )}
    </>
  );
};

const open = async (id = "two", { listed = true } = {}) => {
  const view = renderWithApp(<App openId={id} listed={listed} />);
  await screen.findByRole("dialog");
  return view;
};
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
    await open();
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
    await open();
    await key("i");
    expect(screen.getByRole("complementary", { name: "Details" })).toBeVisible();
    await key("i");
    expect(screen.queryByRole("complementary")).not.toBeInTheDocument();
  });

  test("Escape closes", async () => {
    serve(THREE);
    await open();
    await screen.findByRole("img", { name: "Picture two" });
    await key("{Escape}");
    await waitFor(() => expect(shown()).toBe("closed"));
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  test.each(["d", "{Delete}"])("%s deletes and shows the next, u takes it back", async (press) => {
    serve(THREE);
    await open();
    await key(press);
    expect(shown()).toBe("three");
    await waitFor(() => expect(requests).toEqual(["DELETE two"]));
    expect(await screen.findByText("2 of 2: Picture three")).toBeInTheDocument();

    await key("u");
    expect(shown()).toBe("two");
    await waitFor(() => expect(requests.at(-1)).toBe('PATCH two {"deleted":false}'));
    expect(await screen.findByText("2 of 3: Picture two")).toBeInTheDocument();
  });

  test("Ctrl+Z takes back too, one after the other", async () => {
    serve(THREE);
    await open();
    await key("dd");
    expect(shown()).toBe("one");
    await key("{Control>}z{/Control}");
    expect(shown()).toBe("three");
    await key("{Control>}z{/Control}");
    expect(shown()).toBe("two");
    await waitFor(() => expect(requests).toHaveLength(4));
  });

  test("letters typed into a field are only letters", async () => {
    serve(THREE);
    await open();
    await key("i");
    await userEvent.click(await screen.findByRole("button", { name: "Rename" }));
    await userEvent.clear(screen.getByRole("textbox", { name: "Name" }));
    await key("did{ArrowLeft}u");
    expect(screen.getByRole("textbox", { name: "Name" })).toHaveValue("diud");
    expect(shown()).toBe("two");
    expect(requests).toEqual([]);
    await key("{Escape}");
    expect(screen.queryByRole("textbox")).not.toBeInTheDocument();
    expect(screen.getByRole("dialog")).toBeVisible();
  });
});

test("the message after deleting has an Undo", async () => {
  serve(THREE);
  await open("three");
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
    await open("three", { listed: false });
    expect(await screen.findByRole("img", { name: "Picture three" })).toBeInTheDocument();
  });

  test("says when there is no such picture, and leads back", async () => {
    serve(THREE);
    await open("stranger", { listed: false });
    expect(await screen.findByRole("alert")).toHaveTextContent("There is no such picture");
    await key("{Escape}");
    expect(shown()).toBe("closed");
  });

  test("a deleted picture is as gone as one that never was", async () => {
    serve([anImage({ id: "gone", deleted_at: "2025-06-01T10:00:00Z" })]);
    await open("gone", { listed: false });
    expect(await screen.findByRole("alert")).toHaveTextContent("There is no such picture");
  });

  test("can be tried again when the server did not answer", async () => {
    server.use(http.get("*/api/images/:id", () => HttpResponse.error()));
    await open("three", { listed: false });
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
    await userEvent.click(screen.getByRole("button", { name: "Stop moving" }));
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
    expect(screen.queryByRole("button", { name: /Play|Stop moving/ })).not.toBeInTheDocument();
  });
});
