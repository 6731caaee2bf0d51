import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import type { Account, DescriptionCosts, ModelCall, Session } from "@/api";
import { renderWithApp } from "@/test/render";
import { anAccount, aSession } from "@/test/samples";
import { server } from "@/test/server";

import { DescriptionsPage } from "./DescriptionsPage";

const DESCRIBE = { name: "Describe my pictures" };
const enabled = { ...anAccount().user, descriptions_enabled: true };

const someCosts = (changes: Partial<DescriptionCosts> = {}): DescriptionCosts => ({
  host: "api.openai.com",
  model: "gpt-6-luna",
  price: {
    input_usd: 0.1,
    output_usd: 0.5,
    most_usd_of_one: 0.00186,
    is_operators: false,
    as_of: "2026-10-09",
    source: "https://developers.openai.com/api/docs/pricing",
  },
  budget: { month_usd: 5, spent_usd: 1.25, reserved_usd: 0 },
  own_budget_usd: null,
  operators_budget_usd: 5,
  consent: { at: "2026-11-01T10:00:00Z", host: "api.openai.com", is_current: true },
  stopped: null,
  never_sent: { pictures: 0, albums: [] },
  site_is_spent: false,
  resets_on: "2026-12-01",
  ...changes,
});

const aCall = (changes: Partial<ModelCall> = {}): ModelCall => ({
  at: "2026-11-03T10:00:00Z",
  image_id: "0190a000000070008000000000000001",
  is_there: true,
  name: "beach.jpg",
  host: "api.openai.com",
  model: "gpt-6-luna",
  in_batch: false,
  outcome: "described",
  input_tokens: 1500,
  output_tokens: 300,
  usd: 0.0003,
  reserved_usd: 0.00186,
  ...changes,
});

type Answers = { costs?: DescriptionCosts; calls?: ModelCall[] };

const show = (
  account: Account,
  offer: Partial<Session["descriptions"]> = {},
  { costs = someCosts(), calls = [] }: Answers = {},
) => {
  server.use(
    http.get("*/api/account", () => HttpResponse.json(account)),
    http.get("*/api/descriptions", () => HttpResponse.json(costs)),
    http.get("*/api/descriptions/calls", () => HttpResponse.json({ calls, next_cursor: null })),
    http.get("*/api/descriptions/preferences", () =>
      HttpResponse.json({ languages: [], names: [], offered: [] }),
    ),
    http.get("*/api/descriptions/batches", () =>
      HttpResponse.json({ available: false, batches: null }),
    ),
    http.get("*/api/albums", () => HttpResponse.json({ albums: [], next_cursor: null })),
  );
  const session = aSession();
  renderWithApp(<DescriptionsPage />, {
    session: { ...session, descriptions: { ...session.descriptions, ...offer } },
  });
  return { user: userEvent.setup() };
};

test("before it is switched on the page says what is sent to whom", async () => {
  show(anAccount());
  expect(await screen.findByText("api.openai.com")).toBeVisible();
  expect(screen.getByText(/the model gpt-6-luna/)).toBeVisible();
  expect(screen.getByText(/without its location and camera data/)).toBeVisible();
  expect(screen.getByText(/costs whoever runs this Pinhole/)).toBeVisible();
  expect(screen.getByRole("switch", { name: "Describe my pictures" })).not.toBeChecked();
});

test("where the operator has set no key there is nothing to switch", async () => {
  show(anAccount(), { available: false, model: null, host: null });
  expect(await screen.findByText(/descriptions are not set up/)).toBeVisible();
  expect(screen.queryByRole("switch", DESCRIBE)).not.toBeInTheDocument();
});

test("a stand-in model is marked as a demo", async () => {
  show(anAccount(), { demo: true });
  expect(await screen.findByText("Demo")).toBeVisible();
  expect(screen.getByText(/what it writes is made up/)).toBeVisible();
});

test("the switch asks the server and shows what it answered", async () => {
  let sent: unknown;
  server.use(
    http.patch("*/api/account", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(anAccount({ user: enabled }));
    }),
  );
  const { user } = show(anAccount());
  await user.click(await screen.findByRole("switch", DESCRIBE));
  await expect.poll(() => screen.getByRole("switch", DESCRIBE)).toBeChecked();
  expect(sent).toEqual({ descriptions_enabled: true, descriptions_host: "api.openai.com" });
});

test("consent to a host that the operator has left is refused, and the page shows the new one", async () => {
  const detail = "This site would send pictures to other.example.org.";
  const session = aSession();
  const now = { ...session.descriptions, host: "other.example.org" };
  server.use(
    http.patch("*/api/account", () =>
      HttpResponse.json({ status: 409, code: "other_host", detail }, { status: 409 }),
    ),
    http.get("*/api/auth/session", () => HttpResponse.json({ ...session, descriptions: now })),
  );
  const { user } = show(anAccount());
  await user.click(await screen.findByRole("switch", DESCRIBE));
  expect(await screen.findByText(detail)).toBeVisible();
  expect(await screen.findByText("other.example.org")).toBeVisible();
  expect(screen.getByRole("switch", DESCRIBE)).not.toBeChecked();
});

test("the switch turns at once, and a refused one turns back and says why", async () => {
  const detail = "Descriptions are not available here.";
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  server.use(
    http.patch("*/api/account", async () => {
      await held;
      const code = "descriptions_unavailable";
      return HttpResponse.json({ status: 409, code, detail }, { status: 409 });
    }),
  );
  const { user } = show(anAccount());
  await user.click(await screen.findByRole("switch", DESCRIBE));
  await expect.poll(() => screen.getByRole("switch", DESCRIBE)).toBeChecked();
  answer();
  expect(await screen.findByText(detail)).toBeVisible();
  expect(screen.getByRole("switch", DESCRIBE)).not.toBeChecked();
});

const estimate = {
  host: "api.openai.com",
  model: "gpt-6-luna",
  pictures: 23,
  standings: null,
  most_tokens: 135_355,
  most_usd: 0.04278,
  likely_usd: 0.0069,
  most_usd_of_one: 0.00186,
  left_usd: 3.75,
  fits: 23,
  spent_by: null,
  batch: null,
  resets_on: "2026-12-01",
};
const descriptions = { waiting: 0, done: 4, failed: 0, missing: 23 };

test("before older pictures are sent it is said how many, to whom and what they cost", async () => {
  let calls = 0;
  server.use(
    http.post("*/api/descriptions/estimate", () => HttpResponse.json(estimate)),
    http.post("*/api/images/describe", () => {
      calls += 1;
      return HttpResponse.json({ queued: 23 }, { status: 202 });
    }),
  );
  const { user } = show(anAccount({ user: enabled, descriptions }));
  await user.click(await screen.findByRole("button", { name: "Describe older pictures" }));
  const dialog = screen.getByRole("dialog", { name: "Describe pictures" });
  expect(await within(dialog).findByText("US$0.05")).toBeVisible();
  expect(within(dialog).getByText("135,355")).toBeVisible();
  expect(within(dialog).getByText("about US$0.0069")).toBeVisible();
  expect(calls).toBe(0);
  await user.click(within(dialog).getByRole("button", { name: "Describe 23 pictures" }));
  expect(await screen.findByText("23 pictures wait for a description")).toBeVisible();
  expect(calls).toBe(1);
});

test("a budget that is used up is said, and nothing can be sent", async () => {
  server.use(
    http.post("*/api/descriptions/estimate", () =>
      HttpResponse.json({ ...estimate, left_usd: 0, fits: 0, spent_by: "site" }),
    ),
  );
  const { user } = show(anAccount({ user: enabled, descriptions }));
  await user.click(await screen.findByRole("button", { name: "Describe older pictures" }));
  const dialog = screen.getByRole("dialog", { name: "Describe pictures" });
  expect(await within(dialog).findByText(/site's budget is used up/)).toBeVisible();
  expect(within(dialog).queryByRole("button", { name: /^Describe \d/ })).not.toBeInTheDocument();
});

test("with everything described there is no button", async () => {
  show(anAccount({ user: enabled, descriptions: { waiting: 0, done: 4, failed: 0, missing: 0 } }));
  expect(await screen.findByText("described")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Describe older pictures" })).not.toBeInTheDocument();
});

test("what was spent, and why nothing is sent for now", async () => {
  const stopped = {
    code: "quota_exceeded",
    detail: "The administrator's account with the model has no money left.",
    until: "2099-01-01T00:00:00Z",
  };
  show(anAccount({ user: enabled }), {}, { costs: someCosts({ stopped }) });
  expect(await screen.findByText("US$1.25")).toBeVisible();
  expect(screen.getByText(/has no money left/)).toBeVisible();
  expect(screen.getByRole("meter")).toHaveAttribute("aria-valuetext", "US$1.25 of US$5.00");
});

test("one sets a limit of one's own", async () => {
  let sent: unknown;
  server.use(
    http.patch("*/api/descriptions", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(someCosts({ own_budget_usd: 2.5 }));
    }),
  );
  const { user } = show(anAccount({ user: enabled }));
  const field = await screen.findByLabelText(/Your own limit/);
  for (const wrong of ["x", "1,000", "1.000", "1e3", "1000001"]) {
    await user.clear(field);
    await user.type(field, wrong);
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(screen.getByText(/Write an amount in US dollars/)).toBeVisible();
    expect(sent).toBeUndefined();
  }
  await user.clear(field);
  await user.type(field, "2,50");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Budget saved")).toBeVisible();
  expect(sent).toEqual({ own_budget_usd: 2.5 });
});

test("a model without a price says what the operator has to do", async () => {
  show(anAccount({ user: enabled }), {}, { costs: someCosts({ price: null, budget: null }) });
  expect(await screen.findByText(/sets OPENAI_PRICES/)).toBeVisible();
});

test("each sending is listed with its cost, and what is gone has no link", async () => {
  const calls = [
    aCall(),
    aCall({ at: "2026-11-02T10:00:00Z", is_there: false, name: null, outcome: "refused", usd: 0 }),
  ];
  show(anAccount({ user: enabled }), {}, { calls });
  expect(await screen.findByRole("link", { name: "beach.jpg" })).toHaveAttribute(
    "href",
    "/images/0190a000000070008000000000000001",
  );
  expect(screen.getByText("US$0.0003")).toBeVisible();
  expect(screen.getByText("A picture that is gone")).toBeVisible();
  expect(screen.getByText(/The model declined/)).toBeVisible();
});

test("an album that is never sent is listed in Recently deleted, too, and can be allowed", async () => {
  let sent: unknown;
  server.use(
    http.post("*/api/descriptions/never-send", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(someCosts());
    }),
  );
  const albums = [{ id: "a1", title: "Us", is_deleted: true }];
  show(
    anAccount({ user: enabled }),
    {},
    { costs: someCosts({ never_sent: { pictures: 0, albums } }) },
  );
  expect(await screen.findByText("Us (in Recently deleted)")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Allow “Us” to be sent" }));
  expect(await screen.findByText("No album is marked.")).toBeVisible();
  expect(sent).toEqual({ album_id: "a1", never: false });
});

test("who agreed to another host is asked again", async () => {
  const consent = { at: "2026-11-01T10:00:00Z", host: "former.example.org", is_current: false };
  show(anAccount({ user: enabled }), {}, { costs: someCosts({ consent }) });
  expect(
    await screen.findByText(/You agreed to send pictures to former.example.org/),
  ).toBeVisible();
  expect(screen.getByRole("button", { name: "Agree to send to api.openai.com" })).toBeVisible();
});
