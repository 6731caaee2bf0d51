import { act, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { renderWithApp } from "@/test/render";
import { anImage } from "@/test/samples";

import { Tile, type TileActions } from "./Tile";

// As where a release was made meanwhile, or the network broke off.
vi.mock("@/components/motion/TileMotion", () => Promise.reject(new Error("no such file")));

const actions: TileActions = {
  path: "",
  open: () => undefined,
  toggle: () => undefined,
  extend: () => undefined,
  focused: () => undefined,
  failed: () => false,
};

test("a picture stays where what plays its moving part cannot be loaded", async () => {
  renderWithApp(
    <Tile
      image={anImage({ has_motion: true, favourite: true })}
      {...{ x: 0, y: 0, width: 100, height: 100 }}
      {...{ isSelected: false, isSelecting: false, isTabStop: true, note: null }}
      actions={actions}
    />,
  );
  await act(() => vi.dynamicImportSettled());
  expect(screen.getByRole("link")).toBeInTheDocument();
});
