import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import { useChangeImages, useFirstFound } from "@/api";
import { renderWithApp } from "@/test/render";
import { anImage } from "@/test/samples";
import { server } from "@/test/server";

const image = anImage({ id: "i1" });
const Count = () => {
  const { data } = useFirstFound("boat", true);
  const { mutate } = useChangeImages();
  return (
    <button type="button" onClick={() => mutate({ action: "delete", images: [image] })}>
      {data ? `found ${String(data.total)}` : "…"}
    </button>
  );
};

test("what stands for a saved search follows a deletion", async () => {
  let total = 2;
  server.use(
    http.get("*/api/search", () =>
      HttpResponse.json({ images: [], total, chips: [], next_cursor: null, addresses: null }),
    ),
    http.post("*/api/images/batch", () => {
      total = 1;
      return HttpResponse.json({ undo: null });
    }),
  );
  renderWithApp(<Count />);
  expect(await screen.findByText("found 2")).toBeVisible();
  await userEvent.setup().click(screen.getByRole("button"));
  expect(await screen.findByText("found 1")).toBeVisible();
});
