import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, onTestFinished, test } from "vitest";

import { renderWithApp } from "@/test/render";
import { NOTHING_SHARED } from "@/test/samples";
import { server } from "@/test/server";

import { SharedWithMePage } from "./SharedWithMePage";

const NO_LIBRARIES = { libraries: [], invitations: [] };

beforeEach(() => {
  server.use(http.get("*/api/shared-libraries", () => HttpResponse.json(NO_LIBRARIES)));
});

const INVITATION = {
  id: "i1",
  title: "Lisbon",
  owner: "ada@example.org",
  role: "contributor",
  invited_at: "2025-05-01T10:00:00Z",
};

/** An API with one invitation; `asked` has how it was answered. */
const invitationApi = () => {
  const asked: string[] = [];
  const open = [INVITATION];
  const blocked: object[] = [];
  server.use(
    http.get("*/api/shared-albums", () =>
      HttpResponse.json({ ...NOTHING_SHARED, invitations: open, blocked }),
    ),
    http.post("*/api/album-invitations/:id", async ({ params, request }) => {
      const { answer } = (await request.json()) as { answer: string };
      asked.push(`${answer} ${String(params["id"])}`);
      open.length = 0;
      if (answer === "block") {
        blocked.push({ id: "p1", email: INVITATION.owner, blocked_at: INVITATION.invited_at });
      }
      return HttpResponse.json({ album_id: answer === "accept" ? "a1" : null });
    }),
  );
  return asked;
};

test("an invitation is accepted, and the album opens", async () => {
  onTestFinished(() => window.history.replaceState(null, "", "/"));
  const asked = invitationApi();
  renderWithApp(<SharedWithMePage />);
  const row = await screen.findByRole("listitem");
  expect(row).toHaveTextContent("ada@example.org");
  expect(row).toHaveTextContent("to look at, and add pictures to, the album “Lisbon”");
  await userEvent.click(within(row).getByRole("button", { name: "Accept" }));
  await expect.poll(() => window.location.pathname).toBe("/shared-with-me/a1");
  expect(asked).toEqual(["accept i1"]);
});

test("declining asks nothing, blocking asks first", async () => {
  const asked = invitationApi();
  renderWithApp(<SharedWithMePage />);
  await userEvent.click(await screen.findByRole("button", { name: /^More for the invitation/ }));
  await userEvent.click(screen.getByRole("menuitem", { name: "Block" }));
  expect(asked).toEqual([]);
  const dialog = screen.getByRole("dialog");
  expect(dialog).toHaveTextContent("and leave their albums and library.");
  await userEvent.click(within(dialog).getByRole("button", { name: "Block" }));
  expect(await screen.findByRole("button", { name: "Unblock ada@example.org" })).toBeVisible();
  expect(asked).toEqual(["block i1"]);
});

test("who has not confirmed the address is told how to see invitations", async () => {
  server.use(
    http.get("*/api/shared-albums", () =>
      HttpResponse.json({ ...NOTHING_SHARED, address_proved: false }),
    ),
  );
  renderWithApp(<SharedWithMePage />);
  expect(await screen.findByText(/^Confirm your e-mail address/)).toBeVisible();
  expect(screen.getByText(/^Nobody shares an album with you yet/)).toBeVisible();
});

test("an invitation to a library is accepted, and the library opens", async () => {
  onTestFinished(() => window.history.replaceState(null, "", "/"));
  const asked: unknown[] = [];
  const invitation = {
    id: "i2",
    owner: "ada@example.org",
    since: "2024-01-01",
    invited_at: "2025-05-01T10:00:00Z",
  };
  const invitations = [invitation];
  server.use(
    http.get("*/api/shared-albums", async () => {
      if (asked.length > 0) await new Promise(() => null); // the row is gone before this answers
      return HttpResponse.json(NOTHING_SHARED);
    }),
    http.get("*/api/shared-libraries", () =>
      HttpResponse.json({ ...NO_LIBRARIES, invitations: [...invitations] }),
    ),
    http.post("*/api/library-invitations/:id", async ({ params, request }) => {
      asked.push(params["id"], await request.json());
      invitations.length = 0;
      return HttpResponse.json({ library_id: "i2" });
    }),
  );
  renderWithApp(<SharedWithMePage />);
  const row = await screen.findByRole("listitem");
  expect(row).toHaveTextContent(
    "invites you to look at their library: pictures from 1 January 2024 on",
  );
  await userEvent.click(within(row).getByRole("button", { name: "Accept" }));
  await expect.poll(() => window.location.pathname).toBe("/shared-with-me/libraries/i2");
  expect(asked).toEqual(["i2", { answer: "accept" }]);
});

test("libraries of others are listed with what one gets of them", async () => {
  const library = {
    id: "l1",
    owner: "ada@example.org",
    since: null,
    show_descriptions: false,
    show_names: false,
    show_places: false,
    allow_originals: true,
  };
  server.use(
    http.get("*/api/shared-albums", () => HttpResponse.json(NOTHING_SHARED)),
    http.get("*/api/shared-libraries", () =>
      HttpResponse.json({ ...NO_LIBRARIES, libraries: [library] }),
    ),
  );
  renderWithApp(<SharedWithMePage />);
  const row = await screen.findByRole("listitem");
  expect(row).toHaveTextContent("All pictures · dates, originals");
  expect(within(row).getByRole("link")).toHaveAttribute("href", "/shared-with-me/libraries/l1");
});

test("libraries that could not be loaded are not said to be none", async () => {
  let asked = 0;
  server.use(
    http.get("*/api/shared-albums", () => HttpResponse.json(NOTHING_SHARED)),
    http.get("*/api/shared-libraries", () =>
      asked++ === 0 ? HttpResponse.json({}, { status: 500 }) : HttpResponse.json(NO_LIBRARIES),
    ),
  );
  renderWithApp(<SharedWithMePage />);
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("Libraries of others could not be loaded");
  expect(screen.getByLabelText("Mail me about invitations")).toBeVisible();
  expect(screen.queryByText(/^Nobody shares an album with you yet/)).not.toBeInTheDocument();
  await userEvent.click(within(alert).getByRole("button", { name: "Try again" }));
  expect(await screen.findByText(/^Nobody shares an album with you yet/)).toBeVisible();
});
