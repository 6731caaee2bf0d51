import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import { renderWithApp } from "@/test/render";
import { server } from "@/test/server";

import { PreferencesSection } from "./PreferencesSection";

const offered = [
  { code: "de", name: "German" },
  { code: "en", name: "English" },
  { code: "ja", name: "Japanese" },
];

const show = () => {
  const sent: unknown[] = [];
  server.use(
    http.get("*/api/descriptions/preferences", () =>
      HttpResponse.json({ languages: ["de"], names: [{ name: "Oma", note: "in red" }], offered }),
    ),
    http.patch("*/api/descriptions/preferences", async ({ request }) => {
      const body = (await request.json()) as object;
      sent.push(body);
      return HttpResponse.json({ ...body, offered });
    }),
  );
  renderWithApp(<PreferencesSection />);
  return { user: userEvent.setup(), sent };
};

test("up to three languages and some names are chosen and sent", async () => {
  const { user, sent } = show();
  expect(await screen.findByLabelText("First language")).toHaveValue("de");
  await user.selectOptions(screen.getByLabelText("Second language"), "ja");
  await user.selectOptions(screen.getByLabelText("Third language"), "en");
  await user.click(screen.getByRole("button", { name: "Add a name" }));
  await user.type(screen.getByLabelText("Name 2"), " the boat ");
  await user.type(screen.getByLabelText("What name 2 stands for"), "a green sloop");
  // Without a name it is nothing.
  await user.click(screen.getByRole("button", { name: "Add a name" }));
  await user.click(screen.getByRole("button", { name: "Save languages and names" }));
  expect(await screen.findByText(/from now on$/)).toBeVisible();
  expect(sent).toEqual([
    {
      languages: ["de", "ja", "en"],
      names: [
        { name: "Oma", note: "in red" },
        { name: "the boat", note: "a green sloop" },
      ],
    },
  ]);
});

test("a language that is taken away leaves the others, and no language is chosen twice", async () => {
  const { user, sent } = show();
  await user.selectOptions(await screen.findByLabelText("Second language"), "ja");
  await user.selectOptions(screen.getByLabelText("First language"), "");
  expect(screen.getByLabelText("First language")).toHaveValue("ja");
  await user.selectOptions(screen.getByLabelText("Second language"), "ja");
  await user.click(screen.getByRole("button", { name: "Remove name 1" }));
  await user.click(screen.getByRole("button", { name: "Save languages and names" }));
  await expect.poll(() => sent).toEqual([{ languages: ["ja"], names: [] }]);
});

test("a line without a name is not dropped in silence", async () => {
  const { user, sent } = show();
  await user.click(await screen.findByRole("button", { name: "Add a name" }));
  await user.type(screen.getByLabelText("What name 2 stands for"), "a green sloop");
  await user.click(screen.getByRole("button", { name: "Save languages and names" }));
  expect(await screen.findByText("Give it a name, or remove the line.")).toBeVisible();
  expect(screen.getByLabelText("Name 2")).toHaveFocus();
  expect(sent).toEqual([]);
  await user.type(screen.getByLabelText("Name 2"), "the boat");
  expect(screen.queryByText("Give it a name, or remove the line.")).toBeNull();
});
