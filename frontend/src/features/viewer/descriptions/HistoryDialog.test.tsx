import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import type { DescriptionVersion } from "@/api";
import { renderWithApp } from "@/test/render";
import { server } from "@/test/server";

import { HistoryDialog } from "./HistoryDialog";

const version = (changes: Partial<DescriptionVersion>): DescriptionVersion => ({
  id: "v1",
  at: "2026-11-03T10:00:00Z",
  is_current: false,
  source: "model",
  model: "gpt-6-luna",
  demo: false,
  alt_text: "A boat",
  text: "",
  visible_text: "",
  tags: [],
  ...changes,
});
const own = version({ id: "v2", is_current: true, source: "person", alt_text: "A red boat" });

const show = (onSend: (body: unknown) => void = vi.fn()) => {
  let versions = [own, version({})];
  let is_never_sent = false;
  const answer = () => HttpResponse.json({ is_never_sent, albums_never_sent: [], versions });
  server.use(
    http.get("*/api/images/:id/descriptions", answer),
    http.post("*/api/images/:id/descriptions/:version/show", ({ params }) => {
      versions = versions.map((each) => ({ ...each, is_current: each.id === params["version"] }));
      return answer();
    }),
    http.post("*/api/descriptions/never-send", async ({ request }) => {
      onSend(await request.json());
      is_never_sent = true;
      return HttpResponse.json({});
    }),
  );
  renderWithApp(<HistoryDialog id="i1" canBeSent onClose={vi.fn()} />);
  return userEvent.setup();
};

test("a former version shows what it has otherwise, and is shown again", async () => {
  const user = show();
  const list = await screen.findByRole("list", { name: "Versions" });
  const [first, second] = within(list).getAllByRole("listitem") as [HTMLElement, HTMLElement];
  expect(within(first).getByText("Shown")).toBeVisible();
  expect(within(second).getByText("red", { exact: false, selector: "del" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show this one" }));
  expect(await within(second).findByText("Shown")).toBeVisible();
  expect(within(first).getByText("red", { exact: false, selector: "ins" })).toBeVisible();
});

test("a picture is kept from every model", async () => {
  const onSend = vi.fn();
  const user = show(onSend);
  const never = await screen.findByRole("switch", { name: "Never send this picture to a model" });
  expect(never).not.toBeChecked();
  await user.click(never);
  await expect.poll(() => never).toBeChecked();
  expect(onSend).toHaveBeenCalledExactlyOnceWith({ ids: ["i1"], never: true });
});
