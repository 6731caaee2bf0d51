import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import type { LibraryShare } from "@/api";
import { renderWithApp } from "@/test/render";
import { server } from "@/test/server";

import { LibraryShared } from "./LibraryShared";

const CARL: LibraryShare = {
  id: "s1",
  email: "carl@example.org",
  state: "joined",
  since: "2024-01-01",
  show_descriptions: false,
  show_names: false,
  show_places: true,
  allow_originals: false,
  invited_at: "2025-05-01T10:00:00Z",
  joined_at: "2025-05-02T10:00:00Z",
};

/** An API that keeps whom a library is shared with; `asked` has what was changed. */
const sharesApi = (people: readonly LibraryShare[]) => {
  const kept = [...people];
  const asked: unknown[] = [];
  server.use(
    http.get("*/api/library-shares", () => HttpResponse.json({ people: kept })),
    http.post("*/api/library-shares", async ({ request }) => {
      const body = (await request.json()) as Partial<LibraryShare>;
      asked.push(body);
      const made: LibraryShare = { ...CARL, ...body, id: "s2", state: "invited" };
      kept.push(made);
      return HttpResponse.json(made, { status: 201 });
    }),
    http.patch("*/api/library-shares/:id", async ({ params, request }) => {
      asked.push(params["id"], await request.json());
      return HttpResponse.json(CARL);
    }),
    http.delete("*/api/library-shares/:id", ({ params }) => {
      asked.push(`end ${String(params["id"])}`);
      kept.length = 0;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  return asked;
};

test("a library is shared from a date on, and nothing is given beside unless it is said", async () => {
  const asked = sharesApi([]);
  renderWithApp(<LibraryShared />);
  expect(await screen.findByText("Your library is shared with nobody.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Share your library" }));
  const dialog = screen.getByRole("dialog", { name: "Share your library" });
  await userEvent.type(within(dialog).getByLabelText("E-mail address"), "dora@example.org");
  await userEvent.click(within(dialog).getByLabelText("Pictures from a date on"));
  await userEvent.click(within(dialog).getByRole("button", { name: "Invite" }));
  expect(within(dialog).getByText("Enter a date.")).toBeVisible();
  expect(asked).toEqual([]);
  await userEvent.type(within(dialog).getByLabelText("Taken on or after"), "2024-02-29");
  await userEvent.click(within(dialog).getByLabelText("Places"));
  await userEvent.click(within(dialog).getByRole("button", { name: "Invite" }));
  const row = await screen.findByRole("listitem");
  expect(row).toHaveTextContent("dora@example.orgInvited");
  expect(row).toHaveTextContent("Pictures from 29 February 2024 on · dates, places");
  expect(asked).toEqual([
    {
      email: "dora@example.org",
      since: "2024-02-29",
      show_descriptions: false,
      show_names: false,
      show_places: true,
      allow_originals: false,
    },
  ]);
});

test("whoever was invited before stays as they were, and it says so", async () => {
  sharesApi([CARL]);
  server.use(http.post("*/api/library-shares", () => HttpResponse.json(CARL, { status: 201 })));
  renderWithApp(<LibraryShared />);
  await userEvent.click(screen.getByRole("button", { name: "Share your library" }));
  const dialog = screen.getByRole("dialog", { name: "Share your library" });
  await userEvent.type(within(dialog).getByLabelText("E-mail address"), "carl@example.org");
  await userEvent.click(within(dialog).getByLabelText("Places"));
  await userEvent.click(within(dialog).getByRole("button", { name: "Invite" }));
  expect(
    await screen.findByText(
      "carl@example.org was invited before: pictures from 1 January 2024 on, with dates, places. Press “Edit” beside them to change that.",
    ),
  ).toBeVisible();
  expect(screen.queryByText(/is invited, if there is such an account/)).not.toBeInTheDocument();
});

test("what somebody gets is changed, with what was said before", async () => {
  const asked = sharesApi([CARL]);
  renderWithApp(<LibraryShared />);
  await userEvent.click(
    await screen.findByRole("button", { name: "Edit what carl@example.org gets" }),
  );
  const dialog = screen.getByRole("dialog", { name: "What carl@example.org gets" });
  expect(within(dialog).getByLabelText("Taken on or after")).toHaveValue("2024-01-01");
  expect(within(dialog).getByLabelText("Places")).toBeChecked();
  await userEvent.click(within(dialog).getByLabelText("All pictures"));
  await userEvent.click(within(dialog).getByLabelText("Originals"));
  expect(within(dialog).getByText(/^Originals hold what cameras write/)).toBeVisible();
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  await expect.poll(() => asked).toHaveLength(2);
  expect(asked).toMatchObject(["s1", { since: null, show_places: true, allow_originals: true }]);
});

test("sharing is ended after it was asked", async () => {
  const asked = sharesApi([CARL]);
  renderWithApp(<LibraryShared />);
  await userEvent.click(
    await screen.findByRole("button", { name: "End sharing with carl@example.org" }),
  );
  expect(asked).toEqual([]);
  const dialog = screen.getByRole("dialog");
  expect(dialog).toHaveTextContent("They lose access within a minute.");
  await userEvent.click(within(dialog).getByRole("button", { name: "Stop sharing" }));
  expect(await screen.findByText("Your library is shared with nobody.")).toBeVisible();
  expect(asked).toEqual(["end s1"]);
});
