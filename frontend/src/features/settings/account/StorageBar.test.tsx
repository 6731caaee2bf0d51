import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { StorageBar } from "./StorageBar";

test("what is used is said in words, and to screen readers as a meter", () => {
  render(<StorageBar used={250_000_000} quota={1_000_000_000} />);
  const meter = screen.getByRole("meter", { name: "Storage" });
  expect(meter).toHaveAttribute("aria-valuenow", "250000000");
  expect(meter).toHaveAttribute("aria-valuetext", "250 MB of 1 GB used");
  expect(screen.queryByText(/no room/)).not.toBeInTheDocument();
});

test("what is nearly full says so, and more than full is no longer than the bar", () => {
  const { container } = render(<StorageBar used={1_200} quota={1_000} />);
  expect(screen.getByText(/no room/)).toBeInTheDocument();
  expect(container.querySelector("[style]")).toHaveStyle({ width: "100%" });
});
