import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import { ReauthContext, type Invite, type Person } from "@/api";
import { renderWithApp } from "@/test/render";
import { aSession, aSignInOffer, aUser } from "@/test/samples";
import { server } from "@/test/server";

import { Admin } from "./Admin";

const session = aSession({ user: aUser({ is_administrator: true }) });

const aPerson = (changes: Partial<Person> = {}): Person => ({
  id: aUser().id,
  email: "ada@example.org",
  created_at: "2025-01-01T10:00:00Z",
  last_seen_at: "2026-01-01T10:00:00Z",
  pictures: 0,
  bytes: 0,
  is_administrator: true,
  disabled_at: null,
  delete_after: null,
  sessions: 1,
  open_links: 0,
  ...changes,
});

const grace = aPerson({
  id: "p2",
  email: "grace@example.org",
  pictures: 1,
  bytes: 2_400_000,
  is_administrator: false,
});

const anInvite = (changes: Partial<Invite> = {}): Invite => ({
  id: "n1",
  email: null,
  note: "",
  created_at: "2026-01-01T10:00:00Z",
  expires_at: "2099-01-01T10:00:00Z",
  used_at: null,
  used_by_email: null,
  has_maker: true,
  ...changes,
});

const people = (...all: Person[]) =>
  http.get("*/api/admin/people", () => HttpResponse.json({ people: all, next_cursor: null }));

const open = (path: string) => renderWithApp(<Admin path={path} notFound="Nothing" />, { session });

test("people are told by how much they keep, page by page", async () => {
  server.use(
    http.get("*/api/admin/people", ({ request }) =>
      new URL(request.url).searchParams.get("cursor") === "next"
        ? HttpResponse.json({ people: [grace], next_cursor: null })
        : HttpResponse.json({ people: [aPerson()], next_cursor: "next" }),
    ),
  );
  open("/admin/people");
  expect(await screen.findByText("You")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Show more" }));
  expect(await screen.findByText(/1 picture · 2.4 MB/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
});

test("nobody can shut their own account, nor sign themselves out from here", async () => {
  server.use(people(aPerson()));
  open("/admin");
  await userEvent.click(await screen.findByRole("button", { name: /What to do with ada/ }));
  expect(screen.getAllByRole("menuitem").map(({ textContent }) => textContent)).toEqual([
    "Remove administrator role",
  ]);
});

test("an account is shut after a question, and the row says so", async () => {
  let sent: unknown;
  server.use(
    people(aPerson(), grace),
    http.patch("*/api/admin/people/p2", async ({ request }) => {
      sent = await request.json();
      const disabled_at = "2026-01-01T10:00:00Z";
      return HttpResponse.json({ ...grace, disabled_at, sessions: 0 });
    }),
  );
  const user = userEvent.setup();
  open("/admin/people");
  await user.click(await screen.findByRole("button", { name: /What to do with grace/ }));
  await user.click(screen.getByRole("menuitem", { name: "Disable account" }));
  expect(screen.getByRole("dialog")).toHaveTextContent("Their pictures stay as they are");
  expect(sent).toBeUndefined();
  await user.click(screen.getByRole("button", { name: "Disable account" }));
  expect(await screen.findByText("Disabled")).toBeVisible();
  expect(sent).toEqual({ disabled: true });
});

test("that the last administrator must stay one is said in the dialog", async () => {
  const detail = "Somebody must look after the site.";
  server.use(
    people(aPerson()),
    http.patch("*/api/admin/people/:id", () =>
      HttpResponse.json({ status: 409, code: "last_administrator", detail }, { status: 409 }),
    ),
  );
  const user = userEvent.setup();
  open("/admin/people");
  await user.click(await screen.findByRole("button", { name: /What to do with ada/ }));
  await user.click(screen.getByRole("menuitem", { name: "Remove administrator role" }));
  await user.click(screen.getByRole("button", { name: "Remove role" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(detail);
});

test("invitations say whether they wait, were used or are over", async () => {
  server.use(
    http.get("*/api/admin/invites", () =>
      HttpResponse.json({
        invites: [
          anInvite(),
          anInvite({ id: "n2", used_at: "2026-01-02T10:00:00Z", used_by_email: grace.email }),
          anInvite({ id: "n3", email: "late@example.org", expires_at: "2020-01-01T10:00:00Z" }),
        ],
      }),
    ),
  );
  open("/admin/invites");
  const list = await screen.findByRole("group", { name: "Invitations" });
  const texts = within(list)
    .getAllByRole("listitem")
    .map(({ textContent }) => textContent);
  expect(texts[0]).toContain("Waiting");
  expect(texts[1]).toMatch(/Used.*by grace@example.org/);
  expect(texts[2]).toMatch(/late@example.org.*Expired/);
});

test("an invitation without an address sends none, and its link is shown", async () => {
  let sent: unknown;
  const link = "http://localhost/invite#secret";
  server.use(
    http.get("*/api/admin/invites", () => HttpResponse.json({ invites: [] })),
    http.post("*/api/admin/invites", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json({ ...anInvite(), link }, { status: 201 });
    }),
  );
  const user = userEvent.setup();
  renderWithApp(<Admin path="/admin/invites" notFound="Nothing" />, {
    session: { ...session, sign_in: aSignInOffer({ registration: "invite" }) },
  });
  expect(await screen.findByText(/Only people with an invitation/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Invite somebody" }));
  await user.type(screen.getByLabelText(/^E-mail address/), "nobody");
  await user.click(screen.getByRole("button", { name: "Create invitation" }));
  expect(screen.getByLabelText(/^E-mail address/)).toBeInvalid();
  await user.clear(screen.getByLabelText(/^E-mail address/));
  await user.type(screen.getByLabelText(/^Message/), "Hello");
  await user.click(screen.getByRole("button", { name: "Create invitation" }));
  expect(await screen.findByText(link)).toBeVisible();
  expect(sent).toEqual({ note: "Hello" });
});

const confirmFirst = () =>
  HttpResponse.json(
    { status: 401, code: "confirm_first", detail: "Confirm that it is you." },
    { status: 401 },
  );

test.each([
  ["/admin/people", "Sign out all devices", "Sign them out", /signed out/],
  ["/admin/invites", "Revoke", "Revoke invitation", /was removed/],
])("on %s, whoever confirms gets what they asked for", async (path, start, action, done) => {
  let isFresh = false;
  server.use(
    people(aPerson(), grace),
    http.get("*/api/admin/invites", () => HttpResponse.json({ invites: [anInvite()] })),
    http.delete("*/api/admin/people/p2/sessions", () =>
      isFresh ? HttpResponse.json({ ended: 1 }) : confirmFirst(),
    ),
    http.delete("*/api/admin/invites/n1", () =>
      isFresh ? new HttpResponse(null, { status: 204 }) : confirmFirst(),
    ),
  );
  const ask = vi.fn(() => {
    isFresh = true;
    return Promise.resolve(true);
  });
  const user = userEvent.setup();
  renderWithApp(
    <ReauthContext value={ask}>
      <Admin path={path} notFound="Nothing" />
    </ReauthContext>,
    { session },
  );
  if (path === "/admin/people") {
    await user.click(await screen.findByRole("button", { name: /What to do with grace/ }));
    await user.click(screen.getByRole("menuitem", { name: start }));
  } else {
    await user.click(await screen.findByRole("button", { name: new RegExp(start) }));
  }
  await user.click(screen.getByRole("button", { name: action }));
  expect(await screen.findByText(done)).toBeVisible();
  expect(ask).toHaveBeenCalledOnce();
});

test("an address below administration that leads nowhere says so", () => {
  open("/admin/nowhere");
  expect(screen.getByText("Nothing")).toBeVisible();
});
