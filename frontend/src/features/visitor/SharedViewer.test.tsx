import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import type { SharedSource } from "@/api";

import { SharedViewer } from "./SharedViewer";
import type { SharedGallery } from "./use-shared-gallery";

/** A link whose originals are made once `go` is called with what comes of it. */
const show = () => {
  const going: ((problem: Error) => void)[] = [];
  const visit = {
    share: { allow_downloads: true },
    image: () => new Promise(() => undefined),
    urlsOf: () => undefined,
    original: (_: string, onWait?: () => void) => {
      onWait?.();
      return new Promise((_resolve, reject) => going.push(reject));
    },
  } as unknown as SharedSource;
  const gallery = {
    rows: [{ id: "a" }, { id: "b" }],
    refresh: () => Promise.resolve(),
    nameOf: (id: string) => `Picture ${id}`,
    onClosed: () => undefined,
  } as unknown as SharedGallery;
  const viewer = (imageId: string) => (
    <SharedViewer
      {...{ visit, gallery, imageId }}
      onShow={() => undefined}
      onClose={() => undefined}
    />
  );
  const { rerender } = render(viewer("a"));
  return { go: (error: Error) => going[0]?.(error), turnTo: (id: string) => rerender(viewer(id)) };
};

test("an original that is being prepared is told, and holds up no other picture", async () => {
  const { go, turnTo } = show();
  const download = () => screen.getByRole("button", { name: "Download" });
  await userEvent.click(download());
  expect(download()).toHaveAttribute("aria-busy", "true");
  expect(await screen.findByText(/being prepared/)).toHaveAttribute("role", "status");
  turnTo("b");
  expect(download()).toHaveAttribute("aria-busy", "false");
  expect(screen.queryByText(/being prepared/)).toBeNull();
  go(new Error("not done"));
  await Promise.resolve();
  expect(screen.queryByRole("alert")).toBeNull();
});
