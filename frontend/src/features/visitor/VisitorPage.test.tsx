import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, expect, test } from "vitest";

import { problem, server } from "@/test/server";

import { VisitorPage } from "./VisitorPage";

const TOKEN = "t".repeat(43);
const PASSWORD = "two herons at low tide";
const share = {
  title: "Lisbon",
  note: "With love",
  count: 1,
  expires_at: null,
  allow_downloads: false,
  allow_zips: false,
  show_dates: false,
  show_descriptions: false,
  show_names: false,
};
const closed = () => problem(404, "share_closed", "This link is not open.");

/** A link that opens by this password, or by none, until it is ended. */
const linkApi = ({ password = null }: { password?: string | null } = {}) => {
  const link = { isEnded: false, opened: [] as unknown[] };
  const isIn = (request: Request) =>
    !link.isEnded && request.headers.get("Pinhole-Visit") === "visit-1";
  server.use(
    http.post("*/api/shared/open", async ({ request }) => {
      const body = (await request.json()) as { token: string; password?: string };
      link.opened.push(body);
      return link.isEnded || (body.password ?? null) !== password
        ? closed()
        : HttpResponse.json({ visit: "visit-1", share });
    }),
    http.get("*/api/shared", ({ request }) =>
      isIn(request) ? HttpResponse.json(share) : closed(),
    ),
    http.get("*/api/shared/images", ({ request }) =>
      isIn(request)
        ? HttpResponse.json({
            ...{ ids: ["0190a000000070008000000000000001"], ratios: [1.5] },
            ...{ days: [], animated: [], next_cursor: null },
          })
        : closed(),
    ),
    http.get("*/api/shared/addresses", ({ request }) =>
      isIn(request)
        ? HttpResponse.json({
            addresses: { base: "https://bucket.example/", query: "q=1" },
            thumbnails: { "0190a000000070008000000000000001": "1/thumbnail.webp?a=1" },
            previews: { "0190a000000070008000000000000001": "1/preview.webp?a=1" },
            ...{ thumbhashes: {}, alt_texts: {} },
            urls_expire_at: new Date(Date.now() + 60_000).toISOString(),
          })
        : closed(),
    ),
  );
  return link;
};

const visit = (hash: string) => {
  window.history.replaceState(null, "", `/s${hash}`);
  return render(<VisitorPage collect={() => null} />);
};

afterEach(() => window.history.replaceState(null, "", "/"));

test("a link shows its title, its note and the pictures", async () => {
  const link = linkApi();
  visit(`#${TOKEN}`);
  expect(await screen.findByRole("heading", { name: "Lisbon" })).toBeVisible();
  expect(screen.getByText("With love")).toBeVisible();
  expect(screen.getByText("1 picture")).toBeVisible();
  expect(screen.queryByRole("checkbox")).toBeNull();
  expect(link.opened).toEqual([{ token: TOKEN }]);
});

test("a password opens it, and a wrong one says so", async () => {
  linkApi({ password: PASSWORD });
  const user = userEvent.setup();
  visit(`#${TOKEN}`);
  await user.type(await screen.findByLabelText("Password"), "two herons at high tide{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("does not open with this password");
  await user.clear(screen.getByLabelText("Password"));
  await user.type(screen.getByLabelText("Password"), `${PASSWORD}{Enter}`);
  expect(await screen.findByRole("heading", { name: "Lisbon" })).toBeVisible();
});

test("a link that is not open says that it may have ended", async () => {
  const link = linkApi();
  link.isEnded = true;
  visit(`#${TOKEN}`);
  expect(await screen.findByRole("heading", { name: /or the link has ended$/ })).toBeVisible();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a link that ends while it is looked at shows nothing more, and says that it has ended", async () => {
  const link = linkApi();
  visit(`#${TOKEN}`);
  await screen.findByRole("heading", { name: "Lisbon" });
  await screen.findByRole("img");
  link.isEnded = true;
  // The page asks anew for what failed to load.
  act(() => {
    screen.getByRole("img").dispatchEvent(new Event("error"));
  });
  expect(await screen.findByRole("heading", { name: "This link has ended" })).toBeVisible();
  expect(screen.queryByRole("img")).toBeNull();
});

test.each(["", `#${TOKEN.slice(1)}`, "#to%20ken"])(
  "an address that is cut off (%s) opens nothing, and says so",
  async (hash) => {
    const link = linkApi();
    visit(hash);
    expect(await screen.findByRole("heading", { name: "This link is incomplete" })).toBeVisible();
    expect(link.opened).toEqual([]);
  },
);
