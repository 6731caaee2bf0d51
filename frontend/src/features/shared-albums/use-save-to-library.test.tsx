import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import { renderWithApp } from "@/test/render";
import { server } from "@/test/server";

import { useSaving } from "./use-save-to-library";

const SaveButtons = () => {
  const saving = useSaving("a1", "album");
  return (
    <>
      <button onClick={() => void saving.start(["one"])}>First</button>
      <button onClick={() => void saving.start(["two"])}>Second</button>
      {saving.dialog}
    </>
  );
};

const said = (id: string, outcome: string) => ({
  id,
  outcome,
  image_id: `mine-${id}`,
  code: null,
  detail: null,
});

test("a save that is asked for during another follows it", async () => {
  const asked: string[] = [];
  let go = (): void => undefined;
  const first = new Promise<void>((resolve) => (go = resolve));
  server.use(
    http.post("*/api/shared-albums/a1/images/save", async ({ request }) => {
      const { ids } = (await request.json()) as { ids: string[] };
      asked.push(...ids);
      if (asked.length === 1) await first;
      return HttpResponse.json({ images: ids.map((id) => said(id, "saved")) });
    }),
  );
  renderWithApp(<SaveButtons />);
  await userEvent.click(screen.getByRole("button", { name: "First" }));
  await userEvent.click(screen.getByRole("button", { name: "Second" }));
  go();
  await expect.poll(() => asked).toEqual(["one", "two"]);
});

test("what was copied although its answer said later is saved, and Undo takes it back", async () => {
  const outcomes = ["later", "exists"];
  server.use(
    http.post("*/api/shared-albums/a1/images/save", () =>
      HttpResponse.json({ images: [said("one", outcomes.shift() ?? "exists")] }),
    ),
  );
  renderWithApp(<SaveButtons />);
  await userEvent.click(screen.getByRole("button", { name: "First" }));
  expect(
    await screen.findByText("Saved 1 picture to your library", {}, { timeout: 4_000 }),
  ).toBeVisible();
  expect(screen.getByRole("button", { name: "Undo" })).toBeVisible();
});

test.each([
  ["exists", "1 picture was there already"],
  ["gone", "1 picture is not shared any more"],
])("one picture (%s) is told as one", async (outcome, words) => {
  server.use(
    http.post("*/api/shared-albums/a1/images/save", () =>
      HttpResponse.json({ images: [said("one", outcome)] }),
    ),
  );
  renderWithApp(<SaveButtons />);
  await userEvent.click(screen.getByRole("button", { name: "First" }));
  expect(await screen.findByText(words)).toBeVisible();
});
