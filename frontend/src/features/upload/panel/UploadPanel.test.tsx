import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { renderWithApp } from "@/test/render";
import { anImage } from "@/test/samples";

import { TransientError } from "../queue/errors";
import { UploadQueue } from "../queue/queue";
import {
  bigFile,
  pictureFile,
  StandInServer,
  StandInStorage,
  standInHash,
} from "../queue/testing/fakes";
import { UploadPanel } from "./UploadPanel";

const MB = 1024 * 1024;

let server: StandInServer;
let storage: StandInStorage;
let queue: UploadQueue;
let user: ReturnType<typeof userEvent.setup>;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  user = userEvent.setup({ advanceTimers: (ms) => vi.advanceTimersByTime(ms) });
  // jsdom can make no addresses for files.
  URL.createObjectURL = vi.fn(() => "blob:picture");
  URL.revokeObjectURL = vi.fn();
  Element.prototype.scrollTo = vi.fn();
  server = new StandInServer();
  storage = new StandInStorage(server);
  queue = new UploadQueue({
    server,
    put: storage.put,
    hash: standInHash,
    limits: { maxBytes: 200 * MB, contentTypes: ["image/jpeg"] },
    onLanded: vi.fn(),
  });
});

afterEach(() => {
  queue.close();
  vi.useRealTimers();
});

const add = (...files: File[]) =>
  act(() => {
    queue.add(files.map((file) => ({ file, name: file.name, contentType: file.type })));
  });
const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const row = (name: string) => {
  const found = screen.getAllByRole("listitem").find((item) => within(item).queryByText(name));
  if (!found) throw new Error(`no row for ${name}`);
  return within(found);
};

test("shows each file from the first per cent to the picture, and what went wrong in words", async () => {
  storage.next.push("hold");
  renderWithApp(<UploadPanel queue={queue} />);
  add(pictureFile("beach.jpg"), pictureFile("notes.txt", "hi", "text/plain"));
  await wait(500);

  expect(screen.getByRole("heading", { name: "Uploading 0 of 1" })).toBeVisible();
  expect(row("beach.jpg").getByText(/^Uploading \d+ %$/)).toBeVisible();
  expect(row("notes.txt").getByText(/This file type is not supported. Choose JPEG/)).toBeVisible();
  expect(screen.getByRole("progressbar", { name: "Upload progress" })).toBeVisible();

  await user.click(screen.getByRole("button", { name: "Cancel beach.jpg" }));
  expect(row("beach.jpg").getByText("Cancelled")).toBeVisible();
  expect(server.forgotten).toEqual(["image-1"]);

  await user.click(screen.getByRole("button", { name: "Try beach.jpg again" }));
  await wait(5_000);
  expect(row("beach.jpg").getByText("Added")).toBeVisible();
  expect(screen.getByRole("link", { name: "Open beach.jpg" })).toHaveAttribute(
    "href",
    "/images/image-1",
  );
  expect(screen.getByRole("heading", { name: "1 picture added" })).toBeVisible();
});

test("tells apart what was there already and what came back from Recently deleted", async () => {
  server.nextPlaces.push([
    { status: "exists", image: anImage({ id: "old" }), restored: false },
    { status: "exists", image: anImage({ id: "binned" }), restored: true },
  ]);
  renderWithApp(<UploadPanel queue={queue} />);
  add(pictureFile("old.jpg"), pictureFile("binned.jpg"));
  await wait(2_000);
  expect(row("old.jpg").getByText("Already in your library")).toBeVisible();
  expect(row("binned.jpg").getByText("Restored from Recently deleted")).toBeVisible();
  expect(screen.getByRole("heading", { name: "All already in your library" })).toBeVisible();
});

test("all that failed can be looked at alone and tried again together", async () => {
  storage.next.push("stored", ...Array.from({ length: 8 }, () => new TransientError("connection")));
  renderWithApp(<UploadPanel queue={queue} />);
  add(pictureFile("a.jpg"), pictureFile("b.jpg"), pictureFile("c.jpg"));
  await wait(30_000);
  expect(screen.getByText("2 not uploaded")).toBeVisible();

  await user.click(screen.getByRole("button", { name: "Show 2 not uploaded" }));
  expect(screen.getAllByRole("listitem")).toHaveLength(2);
  await user.click(screen.getByRole("button", { name: "Try 2 again" }));
  await wait(10_000);
  expect(screen.getByRole("heading", { name: "3 pictures added" })).toBeVisible();
  expect(screen.getAllByRole("listitem")).toHaveLength(3);
});

test("of a big file that goes on, tells how much was there already", async () => {
  for (const number of [1, 2, 3]) server.receivePart("image-1", number);
  storage.next.push("hold");
  renderWithApp(<UploadPanel queue={queue} />);
  add(bigFile("wall.jpg", 32 * MB));
  await wait(500);
  expect(row("wall.jpg").getByText("Uploading 87 %; 75 % was there already")).toBeVisible();
  expect(screen.getByText("29.4 MB of 33.6 MB")).toBeVisible();
});

test("a big file that waits tells how far it is", async () => {
  storage.next.push("stored", "hold");
  renderWithApp(<UploadPanel queue={queue} />);
  add(bigFile("wall.jpg", 17 * MB));
  await wait(500);
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  storage.breakAll();
  await wait(500);
  const words = "Stopped at 52 %. No connection. It continues automatically.";
  expect(row("wall.jpg").getByText(words)).toBeVisible();
});

test("says that it waits for the network", async () => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  renderWithApp(<UploadPanel queue={queue} />);
  add(pictureFile("train.jpg"));
  await wait(1_000);
  expect(screen.getByRole("heading", { name: "Waiting for the network" })).toBeVisible();
  expect(row("train.jpg").getByText(/^No connection\. It continues/)).toBeVisible();
  // In place of how much was sent, and how fast.
  expect(screen.getByText("Uploading continues when you are back online")).toBeVisible();
});

test("draws no more rows than can be seen of five thousand, and tells each its place", async () => {
  storage.next.push(...Array.from({ length: 8 }, () => "hold" as const));
  renderWithApp(<UploadPanel queue={queue} />);
  add(...Array.from({ length: 5_000 }, (_, n) => pictureFile(`${String(n)}.jpg`)));
  await wait(500);
  const rows = screen.getAllByRole("listitem");
  expect(rows.length).toBeLessThan(30);
  expect(rows[0]).toHaveAttribute("aria-setsize", "5000");
  expect(rows[0]).toHaveAttribute("aria-posinset", "1");
});

test("speaks at the start, now and then, and at the end", async () => {
  storage.next.push("hold");
  renderWithApp(<UploadPanel queue={queue} />);
  const spoken: (string | null)[] = [];
  const listen = () => {
    const text = within(screen.getByRole("region", { name: "Uploads" })).getByRole("status");
    if (text.textContent !== spoken.at(-1)) spoken.push(text.textContent);
  };
  add(...Array.from({ length: 6 }, (_, n) => pictureFile(`${String(n)}.jpg`)));
  listen();
  for (let second = 0; second < 30; second += 1) {
    await wait(1_000);
    listen();
  }
  act(() => queue.cancel(1));
  await wait(1_000);
  listen();
  expect(spoken).toEqual(["Uploading 6 pictures", "Uploading 5 of 6", "5 pictures added"]);
});

test("speaks of one big file by its per cent", async () => {
  storage.next.push("stored", "hold");
  renderWithApp(<UploadPanel queue={queue} />);
  add(bigFile("wall.jpg", 17 * MB));
  await wait(500);
  const status = within(screen.getByRole("region", { name: "Uploads" })).getByRole("status");
  expect(status).toHaveTextContent("Uploading 1 picture");
  await wait(25_000);
  expect(status).toHaveTextContent("Uploading 1 picture, 76 %");
});

test("closing it clears what is over away", async () => {
  renderWithApp(<UploadPanel queue={queue} />);
  add(pictureFile("a.jpg"));
  await wait(5_000);
  await user.click(screen.getByRole("button", { name: "Close" }));
  expect(screen.queryByRole("region", { name: "Uploads" })).not.toBeInTheDocument();
  expect(queue.snapshot()).toEqual([]);
});

test("can be made small and keeps saying how far it is", async () => {
  storage.next.push("hold");
  renderWithApp(<UploadPanel queue={queue} />);
  add(pictureFile("a.jpg"));
  await wait(500);
  await user.click(screen.getByRole("button", { name: "Show less" }));
  expect(screen.queryByRole("list")).not.toBeInTheDocument();
  expect(screen.getByRole("heading", { name: "Uploading 0 of 1" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Show all files" })).toHaveAttribute(
    "aria-expanded",
    "false",
  );
});

test("follows many small files by a jump a second, since sliding draws the page all the time", async () => {
  const scrollTo = vi.fn<(options: ScrollToOptions) => void>();
  Element.prototype.scrollTo = scrollTo as typeof Element.prototype.scrollTo;
  renderWithApp(<UploadPanel queue={queue} />);
  add(...Array.from({ length: 60 }, (_, n) => pictureFile(`${n}.jpg`, `bytes of ${n}`)));
  storage.next.push(...Array.from({ length: 30 }, () => "stored" as const), "hold");
  const jumps = () => scrollTo.mock.calls.map(([options]) => options);
  let tenths = 0;
  while (!((jumps().at(-1)?.top ?? 0) > 20 * 64) && tenths < 200) {
    await wait(100);
    tenths += 1;
  }

  expect(jumps().length).toBeLessThanOrEqual(tenths / 10 + 1);
  expect(jumps().at(-1)?.top).toBeGreaterThan(20 * 64);
  expect(jumps().at(-1)?.behavior).toBe("instant");
});
