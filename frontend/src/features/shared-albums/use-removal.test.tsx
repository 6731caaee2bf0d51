import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import type { SharedAlbum } from "@/api";
import { renderWithApp } from "@/test/render";
import { server } from "@/test/server";

import { useRemoval } from "./use-removal";

const ids = Array.from({ length: 1_001 }, (_, number) => `image-${String(number)}`);
const seen = { allow_originals: false };

const Remove = () => {
  const album = { id: "a1", role: "contributor" } as SharedAlbum;
  const { remove } = useRemoval(album, { onRemoved: () => undefined, onChanged: () => undefined });
  return <button onClick={() => remove(ids)}>Remove</button>;
};

test("what is gone comes back by Undo where the rest could not be removed", async () => {
  const added: string[] = [];
  let parts = 0;
  server.use(
    http.post("*/api/shared-albums/a1/images/remove", async ({ request }) => {
      const body = (await request.json()) as { ids: string[] };
      parts += 1;
      const detail = "Try again in a moment.";
      return parts === 1
        ? HttpResponse.json({ ids: body.ids, agreed: [{ ids: body.ids, seen }] })
        : HttpResponse.json({ status: 503, code: "unavailable", detail }, { status: 503 });
    }),
    http.post("*/api/shared-albums/a1/images", async ({ request }) => {
      added.push(...((await request.json()) as { ids: string[] }).ids);
      return HttpResponse.json({ added: 0 });
    }),
  );
  renderWithApp(<Remove />);
  await userEvent.click(screen.getByRole("button", { name: "Remove" }));
  expect(await screen.findByText(/^Removed 1,000 pictures\. Try again/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  await expect.poll(() => added).toHaveLength(1_000);
});
