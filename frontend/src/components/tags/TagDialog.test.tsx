import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import { renderWithApp } from "@/test/render";
import { aTag } from "@/test/samples";
import { server } from "@/test/server";

import { TagDialog } from "./TagDialog";

const TAGS = ["beach", "family", "family/Oma"].map((path) => aTag({ id: path, path, count: 3 }));

const show = (given: Record<string, number> = {}) => {
  server.use(
    http.get("*/api/tags", () => HttpResponse.json({ tags: TAGS })),
    http.post("*/api/tags/of-images", () =>
      HttpResponse.json({
        tags: Object.entries(given).map(([path, count]) => ({ id: path, path, count })),
      }),
    ),
  );
  const onSave = vi.fn();
  const onClose = vi.fn();
  renderWithApp(<TagDialog ids={["a", "b"]} onSave={onSave} onClose={onClose} />);
  return { onSave, onClose, user: userEvent.setup() };
};

const chips = () =>
  within(screen.getByRole("list", { name: "Tags of the pictures" }))
    .getAllByRole("listitem")
    .map((chip) => chip.textContent);

test("typing completes a tag, and Enter saves once nothing is typed", async () => {
  const { onSave, user } = show();
  await screen.findByText("No tags yet.");
  await user.keyboard("om");
  expect(await screen.findByText("Enter takes “family/Oma”.")).toBeVisible();
  await user.keyboard("{Enter}");
  expect(chips()).toEqual(["family/Omaadded"]);
  await user.keyboard("{Enter}");
  expect(onSave).toHaveBeenCalledWith({ add: ["family/Oma"], remove: [] });
});

test("a new tag is one arrow away from what it begins like", async () => {
  const { onSave, user } = show();
  await screen.findByText("No tags yet.");
  await user.keyboard("fam{ArrowUp}{Enter}{Enter}");
  expect(onSave).toHaveBeenCalledWith({ add: ["fam"], remove: [] });
});

test("what a picture has goes, what some have comes to all, and nothing twice", async () => {
  const { onSave, user } = show({ beach: 2, "family/Oma": 1 });
  await user.click(await screen.findByRole("button", { name: "Remove beach" }));
  expect(chips()).toEqual(["beachwill be removed", "family/Omaon 1"]);
  await user.click(screen.getByRole("combobox"));
  await user.keyboard("FAMILY/oma{Enter}");
  await user.keyboard("family/oma{Enter}");
  expect(chips()).toEqual(["beachwill be removed", "family/Omaadded"]);
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(onSave).toHaveBeenCalledWith({
    add: ["family/Oma"],
    remove: [expect.objectContaining({ id: "beach" })],
  });
});

test("choosing a tag that goes keeps it, and nothing is sent for no change", async () => {
  const { onSave, onClose, user } = show({ beach: 2 });
  await user.click(await screen.findByRole("button", { name: "Remove beach" }));
  await user.click(screen.getByRole("combobox"));
  await user.keyboard("beach{Enter}");
  expect(chips()).toEqual(["beach"]);
  await user.keyboard("{Enter}");
  expect(onSave).not.toHaveBeenCalled();
  expect(onClose).toHaveBeenCalledOnce();
});

test("what is no path is not added and says why", async () => {
  const { onSave, user } = show();
  await screen.findByText("No tags yet.");
  await user.keyboard("a//b{Enter}");
  expect(screen.getByRole("combobox")).toHaveAccessibleDescription(/before and after each/u);
  expect(onSave).not.toHaveBeenCalled();
});
