import { render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { ErrorBoundary } from "./ErrorBoundary";
import { lazyWithPreload } from "./lazy-with-preload";

const Hello = ({ name }: { name: string }) => <p>Hello {name}</p>;

test("what is loaded already is there with the first rendering", async () => {
  const load = vi.fn(() => Promise.resolve(Hello));
  const Page = lazyWithPreload(load);
  Page.preload();
  await Promise.resolve();
  await Promise.resolve();
  render(<Page name="Ada" fallback="Wait" />);
  expect(screen.getByText("Hello Ada")).toBeVisible();
  expect(load).toHaveBeenCalledOnce();
});

test("what is not waits with a fallback, and is there when it has come", async () => {
  let arrive: (code: typeof Hello) => void = () => undefined;
  const code = new Promise<typeof Hello>((resolve) => {
    arrive = resolve;
  });
  const Page = lazyWithPreload(() => code);
  const { rerender } = render(<Page name="Ada" fallback="Wait" />);
  expect(screen.getByText("Wait")).toBeVisible();
  arrive(Hello);
  expect(await screen.findByText("Hello Ada")).toBeVisible();
  rerender(<Page name="Bob" />);
  expect(screen.getByText("Hello Bob")).toBeVisible();
});

test("what cannot be loaded is the error boundary's", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const Page = lazyWithPreload<{ name: string }>(() => Promise.reject(new Error("offline")));
  render(
    <ErrorBoundary title="Broken">
      <Page name="Ada" />
    </ErrorBoundary>,
  );
  expect(await screen.findByText("Broken")).toBeVisible();
});
