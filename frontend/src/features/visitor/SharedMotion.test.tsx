import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { SharedImage, SharedSource } from "@/api";

import { SharedMotion } from "./SharedMotion";

// jsdom has none; the codes are HTML's.
vi.stubGlobal("MediaError", { MEDIA_ERR_NETWORK: 2, MEDIA_ERR_DECODE: 3 });

const FOR_A_MINUTE = "X-Amz-Expires=60";
const stamp = (ago: number) => new Date(Date.now() - ago).toISOString().replace(/[-:]|\.\d+/g, "");
const address = (number: number, ago: number) =>
  `https://bucket.example/motion.mp4?X-Amz-Date=${stamp(ago)}&${FOR_A_MINUTE}&n=${String(number)}`;

const play = async (...addresses: string[]) => {
  let asked = 0;
  const visit = {
    image: () => Promise.resolve({ motion_url: addresses[asked++] ?? null }),
  } as unknown as SharedSource;
  render(<SharedMotion visit={visit} image={{ id: "a" } as SharedImage} />);
  await userEvent.setup().click(screen.getByRole("button", { name: "Play the moving part" }));
  return { asked: () => asked };
};

const video = () => {
  const found = document.querySelector("video");
  if (!found) throw new Error("nothing plays");
  return found;
};

const breakOff = (at: number, code = 2) => {
  const playing = video();
  Object.defineProperty(playing, "currentTime", { value: at });
  Object.defineProperty(playing, "error", { value: { code } });
  fireEvent.error(playing);
};

test("where an address has ended another one goes on, as long as it gets on", async () => {
  const { asked } = await play(address(1, 61_000), address(2, 61_000), address(3, 61_000));
  breakOff(12.5);
  await waitFor(() => expect(video().src).toContain("n=2#t=12.5"));
  expect(screen.queryByRole("status")).not.toBeInTheDocument();
  breakOff(20);
  await waitFor(() => expect(video().src).toContain("n=3#t=20"));
  breakOff(20);
  expect(await screen.findByText(/could not be loaded to its end/)).toBeVisible();
  expect(asked()).toBe(3);
});

test("a video plays with its sound and the browser's controls", async () => {
  const visit = { image: () => Promise.resolve({ motion_url: address(1, 0) }) };
  const image = { id: "a", is_video: true } as SharedImage;
  render(<SharedMotion visit={visit as unknown as SharedSource} image={image} />);
  await userEvent.setup().click(screen.getByRole("button", { name: "Play the video" }));
  await waitFor(() => expect(video().controls).toBe(true));
  expect(video().muted).toBe(false);
});

test("what breaks off before its address ends is not the browser's fault", async () => {
  const { asked } = await play(address(1, 0), address(2, 0));
  breakOff(3);
  expect(await screen.findByText(/could not be loaded to its end/)).toBeVisible();
  expect(asked()).toBe(1);
});

test.each([
  ["at its beginning", 0, 4],
  ["in the midst", 3, 3],
])("what it cannot play %s is told", async (_, at, code) => {
  await play(address(1, 0));
  breakOff(at, code);
  expect(await screen.findByText(/This browser can’t play/)).toBeVisible();
});
