import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
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
