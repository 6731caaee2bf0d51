import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import { renderWithApp } from "@/test/render";
import { aTag } from "@/test/samples";
import { server } from "@/test/server";

import { TagsPage } from "./TagsPage";

const name = (of: string | RegExp) => ({ name: of });

const serve = (paths: readonly string[]) =>
  server.use(
    http.get("*/api/tags", () =>
      HttpResponse.json({ tags: paths.map((path) => aTag({ id: path, path })) }),
    ),
  );

test("without tags the page says how they are made", async () => {
  serve([]);
  renderWithApp(<TagsPage />);
  expect(await screen.findByRole("heading", name("No tags yet"))).toBeVisible();
  expect(screen.getByText(/press T/u)).toBeVisible();
});

test("a failure is told in the server's words and can be tried again", async () => {
  const problem = { status: 400, code: "odd", detail: "The moon is in the way.", title: "" };
  server.use(http.get("*/api/tags", () => HttpResponse.json(problem, { status: 400 })));
  renderWithApp(<TagsPage />);
  expect(await screen.findByRole("alert")).toHaveTextContent("The moon is in the way.");
  serve(["family"]);
  await userEvent.click(screen.getByRole("button", name("Try again")));
  expect(await screen.findByRole("link", name(/^family/u))).toBeVisible();
});

test("of many tags only the uppermost are open, and all can be opened", async () => {
  serve(["a", "a/b", ...Array.from({ length: 100 }, (_, n) => `tag ${n}`)]);
  renderWithApp(<TagsPage />);
  await userEvent.click(await screen.findByRole("button", name("Open all")));
  expect(screen.getByRole("link", name(/^b/u))).toBeVisible();
  await userEvent.click(screen.getByRole("button", name("Tags below a")));
  expect(screen.queryByRole("link", name(/^b/u))).toBeNull();
});
