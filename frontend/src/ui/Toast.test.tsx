import { act, render, screen } from "@testing-library/react";
import { expect, onTestFinished, test, vi } from "vitest";

import { ToastProvider, useToast } from "./Toast";

/** Something to wait for until it is over. */
const task = () => {
  let end = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { until, end: () => end() };
};

const Saved = ({ until }: { until: Promise<unknown> }) => {
  const toast = useToast();
  return <button onClick={() => toast.show({ message: "Saved", until })}>Save</button>;
};

const after = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test("what takes longer than a second shows that it is under way, and stays until it is done", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { until, end } = task();
  render(
    <ToastProvider>
      <Saved until={until} />
    </ToastProvider>,
  );
  act(() => screen.getByRole("button", { name: "Save" }).click());
  expect(screen.getByText("Saved")).toBeVisible();
  await after(900);
  expect(screen.queryByText("Under way.")).toBeNull();
  await after(200);
  expect(screen.getByText("Under way.")).toBeInTheDocument();
  await after(60_000);
  expect(screen.getByText("Saved")).toBeVisible();
  end();
  await after(100);
  expect(screen.queryByText("Under way.")).toBeNull();
  await after(7_000);
  expect(screen.queryByText("Saved")).toBeNull();
});
