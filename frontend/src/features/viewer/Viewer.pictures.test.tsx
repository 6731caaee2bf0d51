import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { anImage } from "@/test/samples";

import { open, serve, setUp, THREE } from "./testing/open-viewer";

beforeEach(setUp);

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
  const animation = {
    animation_url: "http://storage.test/users/aa/two/original?X-Amz-Signature=1",
  };
  const drawn = () =>
    screen.getByRole("dialog").querySelector<HTMLImageElement>('img[alt="Picture two"]')?.src;

  test("moves at once, and can be stopped", async () => {
    vi.stubGlobal("matchMedia", () => ({ matches: false }));
    serve(moving, animation);
    await open();
    await waitFor(() => expect(drawn()).toBe(animation.animation_url));
    await userEvent.click(screen.getByRole("button", { name: "Pause animation" }));
    await waitFor(() => expect(drawn()).toContain("preview.webp"));
  });

  test("stands still for who wants less motion, until it is played", async () => {
    serve(moving, animation);
    await open();
    const play = await screen.findByRole("button", { name: "Play" });
    expect(drawn()).toContain("preview.webp");
    await userEvent.click(play);
    await waitFor(() => expect(drawn()).toBe(animation.animation_url));
  });

  test("has no such button when it does not move", async () => {
    serve(moving);
    await open("one");
    await screen.findByRole("button", { name: "Details" });
    expect(screen.queryByRole("button", { name: /Play|Pause animation/ })).not.toBeInTheDocument();
  });
});
