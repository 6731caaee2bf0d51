import { render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { ErrorBoundary } from "./ErrorBoundary";
import { later } from "./later";

const Hello = ({ name }: { name: string }) => <p>Hello {name}</p>;

test("what is loaded already is there with the first rendering", async () => {
  const load = vi.fn(() => Promise.resolve(Hello));
  const Later = later(load);
  Later.preload();
  await Promise.resolve();
  await Promise.resolve();
  render(<Later name="Ada" fallback="Wait" />);
  expect(screen.getByText("Hello Ada")).toBeVisible();
  expect(load).toHaveBeenCalledOnce();
});

test("what is not waits with a fallback, and is there when it has come", async () => {
  let arrive: (code: typeof Hello) => void = () => undefined;
  const code = new Promise<typeof Hello>((resolve) => {
    arrive = resolve;
  });
  const Later = later(() => code);
  const { rerender } = render(<Later name="Ada" fallback="Wait" />);
  expect(screen.getByText("Wait")).toBeVisible();
  arrive(Hello);
  expect(await screen.findByText("Hello Ada")).toBeVisible();
  rerender(<Later name="Bob" />);
  expect(screen.getByText("Hello Bob")).toBeVisible();
});

test("what cannot be loaded is the error boundary's", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const Later = later<{ name: string }>(() => Promise.reject(new Error("offline")));
  render(
    <ErrorBoundary title="Broken">
      <Later name="Ada" />
    </ErrorBoundary>,
  );
  expect(await screen.findByText("Broken")).toBeVisible();
});
