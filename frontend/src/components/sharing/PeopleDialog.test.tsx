import { useQuery } from "@tanstack/react-query";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { delay, http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import { renderWithApp } from "@/test/render";
import { server } from "@/test/server";

import { PeopleDialog } from "./PeopleDialog";

const aMember = (id: string, email: string) => ({
  id,
  email,
  role: "contributor",
  state: "joined",
  invited_at: "2025-05-01T10:00:00Z",
  joined_at: "2025-05-02T10:00:00Z",
  pictures: 0,
});
const SHOWS = {
  show_dates: true,
  show_descriptions: false,
  show_names: false,
  show_places: false,
  allow_originals: false,
};

test("inviting somebody again says how they were invited, and that nothing changed", async () => {
  const bob = aMember("m1", "bob@example.org");
  server.use(
    http.get("*/api/albums/a1/members", () => HttpResponse.json({ members: [bob], shows: SHOWS })),
    http.post("*/api/albums/a1/members", async ({ request }) => {
      const { email } = (await request.json()) as { email: string };
      return HttpResponse.json(email === bob.email ? bob : aMember("m2", email));
    }),
  );
  renderWithApp(<PeopleDialog albumId="a1" title="Lisbon" onWay={vi.fn()} onClose={vi.fn()} />);
  const user = userEvent.setup();
  await screen.findByText("bob@example.org");
  await user.type(screen.getByLabelText("E-mail address"), "bob@example.org{Enter}");
  expect(
    await screen.findByText(/^bob@example.org was invited before, to look and add pictures/),
  ).toBeVisible();
  await user.type(screen.getByLabelText("E-mail address"), "dora@example.org{Enter}");
  expect(await screen.findByText(/^dora@example.org is invited/)).toBeVisible();
});

test("whoever added pictures is removed with them after a question", async () => {
  const bob = { ...aMember("m1", "bob@example.org"), pictures: 12 };
  const removed = vi.fn();
  server.use(
    http.get("*/api/albums/a1/members", () => HttpResponse.json({ members: [bob], shows: SHOWS })),
    http.delete("*/api/albums/a1/members/m1", () => {
      removed();
      return new HttpResponse(null, { status: 204 });
    }),
  );
  renderWithApp(<PeopleDialog albumId="a1" title="Lisbon" onWay={vi.fn()} onClose={vi.fn()} />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Remove bob@example.org" }));
  expect(await screen.findByText(/12 pictures/)).toBeVisible();
  expect(removed).not.toHaveBeenCalled();
  await user.click(screen.getByRole("button", { name: "Remove" }));
  expect(await screen.findByText("bob@example.org was removed")).toBeVisible();
  expect(removed).toHaveBeenCalledOnce();
});

test("who gives an album away is led to it, though their own is gone", async () => {
  const bob = aMember("m1", "bob@example.org");
  let isGiven = false;
  const gone = () => HttpResponse.json({ code: "not_found", status: 404 }, { status: 404 });
  server.use(
    http.get("*/api/albums/a1/members", () =>
      isGiven ? gone() : HttpResponse.json({ members: [bob], shows: SHOWS }),
    ),
    http.post("*/api/albums/a1/members/m1/transfer", () => {
      isGiven = true;
      return HttpResponse.json({ album_id: "a2" });
    }),
  );
  // As the album's own page does: what is gone takes the dialog with it, and others are loaded longer.
  const Page = () => {
    const album = useQuery({
      queryKey: ["albums", "a1"],
      queryFn: () => (isGiven ? Promise.reject(new Error("gone")) : Promise.resolve("there")),
      retry: false,
    });
    useQuery({
      queryKey: ["slow"],
      queryFn: async () => {
        await delay(isGiven ? 300 : 0);
        return "there";
      },
    });
    return album.isError ? (
      <p>Nothing here</p>
    ) : (
      <PeopleDialog albumId="a1" title="Lisbon" onWay={vi.fn()} onClose={vi.fn()} />
    );
  };
  renderWithApp(<Page />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "More for bob@example.org" }));
  await user.click(screen.getByRole("menuitem", { name: "Give them the album" }));
  await user.click(screen.getByRole("button", { name: "Give the album" }));
  expect(await screen.findByText("Lisbon is bob@example.org’s now")).toBeVisible();
  expect(window.location.pathname).toBe("/shared-with-me/a2");
});
