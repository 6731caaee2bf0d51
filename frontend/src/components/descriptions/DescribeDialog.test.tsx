import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import type { Estimate } from "@/api";
import { renderWithApp } from "@/test/render";
import { server } from "@/test/server";

import { DescribeDialog } from "./DescribeDialog";

const IDS = ["a", "b", "c"];
const none = {
  missing: 0,
  failed: 0,
  waiting: 0,
  described: 0,
  never_sent: 0,
  not_ready: 0,
  gone: 0,
};
const anEstimate = (changes: Partial<Estimate> = {}): Estimate => ({
  host: "api.openai.com",
  model: "gpt-6-luna",
  pictures: 2,
  standings: { ...none, missing: 2, never_sent: 1 },
  most_tokens: 11_770,
  most_usd: 0.00372,
  likely_usd: null,
  most_usd_of_one: 0.00186,
  left_usd: 3.75,
  fits: 2,
  spent_by: null,
  batch: null,
  resets_on: "2026-12-01",
  ...changes,
});

const show = (first: Estimate, { hasStacks = false } = {}) => {
  let answer = first;
  server.use(
    http.post("*/api/descriptions/estimate", () => HttpResponse.json(answer)),
    http.get("*/api/descriptions", () => HttpResponse.json({ stopped: null })),
  );
  const onClose = vi.fn();
  renderWithApp(<DescribeDialog ids={IDS} hasStacks={hasStacks} onClose={onClose} />);
  const user = userEvent.setup();
  return { user, onClose, answerWith: (next: Estimate) => (answer = next) };
};

test("of selected pictures it says what they cost at most, and which are left out and why", async () => {
  const { user } = show(
    anEstimate({
      standings: { ...none, missing: 2, never_sent: 1, described: 4, waiting: 1, not_ready: 2 },
    }),
    { hasStacks: true },
  );
  expect(await screen.findByText("US$0.0037")).toBeVisible();
  const left = within(screen.getByRole("region", { name: "Left out" }));
  expect(left.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "4 pictures have a description",
    "1 picture waits for one already",
    "1 picture is never sent, as you said",
    "2 pictures have no preview to send",
  ]);
  expect(screen.getByText(/Of a stack, the picture in front is sent/)).toBeVisible();
  let asked: unknown;
  server.use(
    http.post("*/api/descriptions/ask", async ({ request }) => {
      asked = await request.json();
      return HttpResponse.json({ queued: 2 }, { status: 202 });
    }),
  );
  await user.click(screen.getByRole("button", { name: "Describe 2 pictures" }));
  await expect.poll(() => asked).toEqual({ ids: IDS, batch: false });
});

test("within a day is offered where the operator has it, and costs half", async () => {
  const { user, onClose } = show(
    anEstimate({
      batch: {
        most_usd: 0.00186,
        likely_usd: null,
        most_usd_of_one: 0.00093,
        fits: 2,
        spent_by: null,
      },
    }),
  );
  let asked: unknown;
  server.use(
    http.post("*/api/descriptions/ask", async ({ request }) => {
      asked = await request.json();
      return HttpResponse.json({ queued: 2 }, { status: 202 });
    }),
  );
  await user.click(await screen.findByLabelText(/Within a day, at half the price/));
  expect(screen.getByText("US$0.0019")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Describe 2 pictures" }));
  await expect.poll(() => asked).toEqual({ ids: IDS, batch: true });
  expect(await screen.findByText(/2 pictures wait for a description within a day/)).toBeVisible();
  expect(onClose).toHaveBeenCalled();
});

test("where the operator has none, within a day is not offered", async () => {
  show(anEstimate());
  await screen.findByText("US$0.0037");
  expect(screen.queryByText(/Within a day/)).not.toBeInTheDocument();
});

test("how far it is is shown until all are done, with those that failed", async () => {
  const { user, answerWith } = show(anEstimate());
  server.use(
    http.post("*/api/descriptions/ask", () => HttpResponse.json({ queued: 2 }, { status: 202 })),
  );
  await screen.findByText("US$0.0037");
  answerWith(anEstimate({ pictures: 0, standings: { ...none, waiting: 2, never_sent: 1 } }));
  await user.click(screen.getByRole("button", { name: "Describe 2 pictures" }));
  expect(await screen.findByText("0 of 2 pictures done")).toBeVisible();
  expect(screen.getByRole("progressbar", { name: "Descriptions" })).toHaveAttribute(
    "aria-valuenow",
    "0",
  );
  answerWith(anEstimate({ standings: { ...none, described: 1, failed: 1, never_sent: 1 } }));
  expect(await screen.findByText("1 picture described", {}, { timeout: 5000 })).toBeVisible();
  expect(screen.getByText("1 picture is never sent, as you said")).toBeVisible();
  expect(screen.getByText(/1 picture could not be described/)).toBeVisible();
});

test("pictures that were taken from the queue are not called described", async () => {
  const { user, answerWith } = show(
    anEstimate({ pictures: 3, standings: { ...none, missing: 3, described: 4 } }),
  );
  server.use(
    http.post("*/api/descriptions/ask", () => HttpResponse.json({ queued: 3 }, { status: 202 })),
  );
  await screen.findByText("US$0.0037");
  answerWith(anEstimate({ standings: { ...none, described: 5, missing: 1, gone: 1 } }));
  await user.click(screen.getByRole("button", { name: "Describe 3 pictures" }));
  expect(await screen.findByText("1 picture described")).toBeVisible();
  expect(screen.getByText(/^2 pictures were not sent/)).toBeVisible();
});

test("while the model is left alone the reason is shown", async () => {
  const { user, answerWith } = show(anEstimate());
  const detail = "The administrator's account with the model has no money left.";
  server.use(
    http.post("*/api/descriptions/ask", () => HttpResponse.json({ queued: 2 }, { status: 202 })),
    http.get("*/api/descriptions", () =>
      HttpResponse.json({ stopped: { code: "quota_exceeded", detail, until: "2099-01-01" } }),
    ),
  );
  await screen.findByText("US$0.0037");
  answerWith(anEstimate({ standings: { ...none, waiting: 2 } }));
  await user.click(screen.getByRole("button", { name: "Describe 2 pictures" }));
  expect(await screen.findByText(detail)).toBeVisible();
});

test("without consent it says where it is given, and nothing can be sent", async () => {
  server.use(
    http.post("*/api/descriptions/estimate", () =>
      HttpResponse.json(
        { status: 409, code: "descriptions_off", detail: "Turn them on." },
        { status: 409 },
      ),
    ),
  );
  renderWithApp(<DescribeDialog ids={IDS} onClose={vi.fn()} />);
  expect(await screen.findByRole("link", { name: /what is sent to whom/ })).toHaveAttribute(
    "href",
    "/settings/descriptions",
  );
  expect(screen.queryByRole("button", { name: /^Describe/ })).not.toBeInTheDocument();
});

test("where none of them would be sent there is nothing to press", async () => {
  show(anEstimate({ pictures: 0, fits: 0, standings: { ...none, described: 3 } }));
  expect(await screen.findByText("None of the selected pictures would be sent.")).toBeVisible();
  expect(screen.queryByRole("button", { name: /^Describe/ })).not.toBeInTheDocument();
});
