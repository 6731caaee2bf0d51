import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import type { DescriptionBatches } from "@/api";
import { renderWithApp } from "@/test/render";
import { server } from "@/test/server";

import { BatchesSection } from "./BatchesSection";

const batches: DescriptionBatches = {
  since: "2026-11-30T10:00:00Z",
  ended_at: null,
  pictures: 300,
  described: 20,
  failed: 0,
  waiting: 280,
  sent: 200,
  answered: 100,
  is_cancelled: false,
};

const show = (first: DescriptionBatches | null) => {
  server.use(
    http.get("*/api/descriptions/batches", () =>
      HttpResponse.json({ available: true, batches: first }),
    ),
  );
  renderWithApp(<BatchesSection />);
  return userEvent.setup();
};

test("it says since when pictures wait and about how many are done", async () => {
  show(batches);
  expect(await screen.findByText(/Waiting since/)).toBeVisible();
  expect(screen.getByText("About 120 of 300 pictures done, 20 of them here.")).toBeVisible();
  expect(screen.getByText("80 pictures are not sent yet.")).toBeVisible();
  expect(screen.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "40");
});

test("the rest is cancelled, and what comes back is kept", async () => {
  const user = show(batches);
  server.use(
    http.post("*/api/descriptions/batches/cancel", () =>
      HttpResponse.json({ available: true, batches: { ...batches, is_cancelled: true } }),
    ),
  );
  await user.click(await screen.findByRole("button", { name: "Cancel the rest" }));
  expect(await screen.findByText(/Being cancelled, which takes some minutes/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Cancel the rest" })).not.toBeInTheDocument();
});

test("what is over says how it went", async () => {
  show({ ...batches, ended_at: "2026-11-30T12:00:00Z", described: 298, failed: 2, waiting: 0 });
  expect(await screen.findByText(/298 pictures of 300 described/)).toBeVisible();
  expect(screen.getByText(/2 pictures could not be described/)).toBeVisible();
});
