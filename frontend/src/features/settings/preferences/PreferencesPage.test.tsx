import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import type { Account, Session } from "@/api";
import { renderWithApp } from "@/test/render";
import { anAccount, aSession } from "@/test/samples";
import { server } from "@/test/server";

import { PreferencesPage } from "./PreferencesPage";

const DESCRIBE = { name: "Describe my pictures" };
const enabled = { ...anAccount().user, descriptions_enabled: true };

const show = (account: Account, offer: Partial<Session["descriptions"]> = {}) => {
  server.use(http.get("*/api/account", () => HttpResponse.json(account)));
  const session = aSession();
  const onThemeChange = vi.fn();
  renderWithApp(<PreferencesPage theme="system" onThemeChange={onThemeChange} />, {
    session: { ...session, descriptions: { ...session.descriptions, ...offer } },
  });
  return { onThemeChange, user: userEvent.setup() };
};

test("before it is switched on the page says what is sent to whom", async () => {
  show(anAccount());
  expect(await screen.findByText("api.openai.com")).toBeVisible();
  expect(screen.getByText(/the model gpt-6-luna/)).toBeVisible();
  expect(screen.getByText(/without its location and camera data/)).toBeVisible();
  expect(screen.getByText(/cost whoever runs this Pinhole/)).toBeVisible();
  expect(screen.getByRole("switch", { name: "Describe my pictures" })).not.toBeChecked();
});

test("where the operator has set no key there is nothing to switch", async () => {
  show(anAccount(), { available: false, model: null, host: null });
  expect(await screen.findByText(/has not switched descriptions on/)).toBeVisible();
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
  expect(sent).toEqual({ descriptions_enabled: true });
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

test("older pictures are queued by the button, which is there only if there are any", async () => {
  let calls = 0;
  server.use(
    http.post("*/api/images/describe", () => {
      calls += 1;
      return HttpResponse.json({ queued: 23 }, { status: 202 });
    }),
  );
  const descriptions = { waiting: 0, done: 4, failed: 0, missing: 23 };
  const { user } = show(anAccount({ user: enabled, descriptions }));
  await user.click(await screen.findByRole("button", { name: "Describe older pictures" }));
  expect(await screen.findByText("23 pictures are waiting")).toBeVisible();
  expect(calls).toBe(1);
});

test("with everything described there is no button", async () => {
  show(anAccount({ user: enabled, descriptions: { waiting: 0, done: 4, failed: 0, missing: 0 } }));
  expect(await screen.findByText("described")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Describe older pictures" })).not.toBeInTheDocument();
});

test("whether pictures are stacked by themselves is a switch of its own", async () => {
  let sent: unknown;
  const off = anAccount({ user: { ...anAccount().user, stacks_images: false } });
  server.use(
    http.patch("*/api/account", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(off);
    }),
  );
  const { user } = show(anAccount());
  const stacks = await screen.findByRole("switch", { name: "Stack new pictures automatically" });
  expect(stacks).toBeChecked();
  await user.click(stacks);
  await expect.poll(() => stacks).not.toBeChecked();
  expect(sent).toEqual({ stacks_images: false });
});

test("a theme is chosen", async () => {
  const { user, onThemeChange } = show(anAccount());
  expect(screen.getByRole("radio", { name: "As the system" })).toBeChecked();
  await user.click(screen.getByRole("radio", { name: "Dark" }));
  expect(onThemeChange).toHaveBeenCalledExactlyOnceWith("dark");
});
