import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import type { ImageDetail } from "@/api";
import { renderWithApp } from "@/test/render";
import { anImageDetail } from "@/test/samples";
import { server } from "@/test/server";

import { TitleField } from "./TitleField";

/** Shows a picture; returns what the server was asked for. */
const show = (detail: ImageDetail): unknown[] => {
  const asked: unknown[] = [];
  server.use(
    http.patch(`*/api/images/${detail.id}`, async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json(detail);
    }),
  );
  renderWithApp(<TitleField image={detail} detail={detail} />);
  return asked;
};
const FILE = { taken_at: null, rating: null, location: null };
const titled = (title: string | null, file: string | null, ...corrected: "title"[]) =>
  anImageDetail({ title, corrected, file: { ...FILE, title: file } });

test("a title is written where there is none, and taken back", async () => {
  const user = userEvent.setup();
  const asked = show(titled(null, null));
  expect(screen.getByText("beach.jpg")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Add a title" }));
  expect(screen.getByRole("textbox", { name: "Title" })).toHaveFocus();
  await user.keyboard("  Oma’s 80th {Enter}");
  expect(await screen.findByText("Title changed")).toBeInTheDocument();
  await waitFor(() => expect(screen.getByRole("button", { name: "Add a title" })).toHaveFocus());
  await user.click(screen.getByRole("button", { name: "Undo" }));
  await expect.poll(() => asked).toEqual([{ title: "Oma’s 80th" }, { title: null }]);
});

test("the title of the file comes back, and by Undo one’s own", async () => {
  const user = userEvent.setup();
  const asked = show(titled("Ours", "By the sea", "title"));
  await user.click(screen.getByRole("button", { name: "Edit title" }));
  expect(screen.getByText("In the file: By the sea")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Reset" }));
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await expect.poll(() => asked).toEqual([{ title: null }, { title: "Ours" }]);
});

test.each([
  { of: "one's own", from: titled("Ours", null, "title"), typed: "", said: null },
  { of: "the file's", from: titled("By the sea", "By the sea"), typed: "", said: "" },
  {
    of: "one's own for the file's",
    from: titled("Ours", "By the sea", "title"),
    typed: "By the sea",
    said: null,
  },
])("a title that is changed: $of", async ({ from, typed, said }) => {
  const user = userEvent.setup();
  const asked = show(from);
  await user.click(screen.getByRole("button", { name: "Edit title" }));
  await user.clear(screen.getByRole("textbox"));
  await user.keyboard(`${typed}{Enter}`);
  await expect.poll(() => asked).toEqual([{ title: said }]);
});

test("nothing is asked where nothing changes, and Escape gives up", async () => {
  const user = userEvent.setup();
  const asked = show(titled("By the sea", "By the sea"));
  await user.click(screen.getByRole("button", { name: "Edit title" }));
  await user.keyboard("{Enter}");
  expect(screen.queryByRole("textbox")).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Edit title" }));
  await user.keyboard("x{Escape}");
  expect(screen.getByText("By the sea")).toBeInTheDocument();
  expect(asked).toEqual([]);
});

test("a refusal stands at the field", async () => {
  const user = userEvent.setup();
  const detail = titled(null, null);
  show(detail);
  server.use(
    http.patch(`*/api/images/${detail.id}`, () =>
      HttpResponse.json(
        {
          type: "about:blank",
          title: "Not valid",
          status: 422,
          code: "validation_failed",
          detail: "Some of this is not valid.",
          errors: [{ location: "body", field: "title", message: "Write 300 characters at most." }],
        },
        { status: 422, headers: { "Content-Type": "application/problem+json" } },
      ),
    ),
  );
  await user.click(screen.getByRole("button", { name: "Add a title" }));
  await user.keyboard("x{Enter}");
  expect(await screen.findByText("Write 300 characters at most.")).toBeInTheDocument();
});
