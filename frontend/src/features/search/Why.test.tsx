import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { partsOf, Why } from "./Why";

test("what matches is marked, by code points, and near the beginning", () => {
  const snippet = "🐕 A lighthouse on a headland at dusk";
  expect(partsOf({ snippet, marks: [{ start: 32, end: 36 }] })).toEqual([
    { text: "… ", isMatch: false },
    { text: "at ", isMatch: false },
    { text: "dusk", isMatch: true },
  ]);
  expect(partsOf({ snippet, marks: [{ start: 4, end: 14 }] })[0]).toEqual({
    text: "🐕 A ",
    isMatch: false,
  });
});

test("text in the picture is told apart from what is said about it", () => {
  render(
    <Why
      why={[
        { field: "visible_text", snippet: "NO SWIMMING", marks: [{ start: 3, end: 11 }] },
        { field: "album", snippet: "Iceland", marks: [{ start: 0, end: 7 }] },
      ]}
    />,
  );
  expect(screen.getByText(/In the picture/u).parentElement).toHaveTextContent(
    "In the picture: NO SWIMMING",
  );
  expect(screen.getByText("Iceland").tagName).toBe("MARK");
});
