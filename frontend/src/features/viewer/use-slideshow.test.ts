import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { anImage } from "@/test/samples";

import { standInForBrowser } from "./testing/jsdom-polyfills";
import { useSlideshow } from "./use-slideshow";

const IMAGES = ["one", "two", "three"].map((id) =>
  anImage({ id, preview_url: `http://s.test/${id}` }),
);
const onNext = vi.fn();

const show = (at = 0, isHeld = false) =>
  renderHook(
    (now: { at: number; isHeld: boolean }) =>
      useSlideshow({
        imageId: IMAGES[now.at]?.id ?? "",
        next: IMAGES[now.at + 1],
        isLast: now.at === IMAGES.length - 1,
        isHeld: now.isHeld,
        onNext,
      }),
    { initialProps: { at, isHeld } },
  );

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

beforeEach(() => {
  standInForBrowser();
  vi.useFakeTimers();
  onNext.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
});

test("each picture is shown for as long as was chosen, also the next time", async () => {
  const { result, rerender } = show();
  await pass(60_000);
  expect(onNext).not.toHaveBeenCalled();
  act(() => result.current.start());
  await pass(4_999);
  expect(onNext).not.toHaveBeenCalled();
  await pass(1);
  expect(onNext).toHaveBeenCalledExactlyOnceWith("two");
  rerender({ at: 1, isHeld: false });
  act(() => result.current.setSeconds(10));
  await pass(9_999);
  expect(onNext).toHaveBeenCalledOnce();
  await pass(1);
  expect(onNext).toHaveBeenLastCalledWith("three");
  expect(show().result.current.seconds).toBe(10);
});

test("a picture that was gone to by hand has all of its time", async () => {
  const { result, rerender } = show();
  act(() => result.current.start());
  await pass(4_000);
  rerender({ at: 1, isHeld: false });
  await pass(4_000);
  expect(onNext).not.toHaveBeenCalled();
  await pass(1_000);
  expect(onNext).toHaveBeenCalledExactlyOnceWith("three");
});

test("it pauses and goes on, and waits while something else is done", async () => {
  const { result, rerender } = show();
  act(() => result.current.start());
  act(() => result.current.toggle());
  expect(result.current.state).toBe("paused");
  await pass(60_000);
  expect(onNext).not.toHaveBeenCalled();
  act(() => result.current.toggle());
  rerender({ at: 0, isHeld: true });
  await pass(60_000);
  expect(onNext).not.toHaveBeenCalled();
  rerender({ at: 0, isHeld: false });
  await pass(5_000);
  expect(onNext).toHaveBeenCalledOnce();
});

test("it waits until the next picture can be drawn", async () => {
  let arrive = (): void => undefined;
  HTMLImageElement.prototype.decode = () =>
    new Promise((resolve) => {
      arrive = resolve;
    });
  const { result } = show();
  act(() => result.current.start());
  await pass(60_000);
  expect(onNext).not.toHaveBeenCalled();
  arrive();
  await pass(0);
  expect(onNext).toHaveBeenCalledOnce();
});

test("it does not go on in a tab that nobody sees", async () => {
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  const { result } = show();
  act(() => result.current.start());
  await pass(60_000);
  expect(onNext).not.toHaveBeenCalled();
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event("visibilitychange"));
  await pass(0);
  expect(onNext).toHaveBeenCalledOnce();
});

test("it ends after the last picture", async () => {
  const { result } = show(2);
  act(() => result.current.start());
  await pass(5_000);
  expect(result.current.state).toBe("off");
  expect(onNext).not.toHaveBeenCalled();
});
