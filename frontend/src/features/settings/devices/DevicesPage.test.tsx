import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import { ReauthContext, type Device } from "@/api";
import { renderWithApp } from "@/test/render";
import { aSession } from "@/test/samples";
import { server } from "@/test/server";

import { DevicesPage } from "./DevicesPage";

const aDevice = (changes: Partial<Device> = {}): Device => ({
  id: "0190a0000000700080000000000000d1",
  device: "Firefox on Linux",
  place: "This computer",
  ip: "127.0.0.1",
  created_at: "2026-01-01T10:00:00Z",
  last_used_at: "2026-01-02T10:00:00Z",
  current: true,
  ...changes,
});

const phone = aDevice({ id: "d2", device: "Safari on iPhone", current: false });

const list = (...sessions: Device[]) =>
  http.get("*/api/account/sessions", () => HttpResponse.json({ sessions }));

const rows = () =>
  within(screen.getByRole("group", { name: "Devices" })).queryAllByRole("listitem");

test("this device is marked, and cannot be signed out from here", async () => {
  server.use(list(aDevice(), phone));
  renderWithApp(<DevicesPage />);
  expect(await screen.findByText("This device")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Sign out Firefox on Linux" })).toBeNull();
  expect(screen.getByRole("button", { name: "Sign out Safari on iPhone" })).toBeVisible();
});

test("a device that is signed out goes at once, and is back if the server refuses", async () => {
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  server.use(
    list(aDevice(), phone),
    http.delete("*/api/account/sessions/d2", async () => {
      await held;
      const body = { status: 503, code: "unavailable", detail: "Not now." };
      return HttpResponse.json(body, { status: 503 });
    }),
  );
  const fresh_until = new Date(Date.now() + 60_000).toISOString();
  renderWithApp(<DevicesPage />, { session: aSession({ fresh_until }) });
  await userEvent.click(await screen.findByRole("button", { name: "Sign out Safari on iPhone" }));
  await expect.poll(rows).toHaveLength(1);
  answer();
  expect(await screen.findByText("Not now.")).toBeVisible();
  expect(rows()).toHaveLength(2);
});

test("all others are signed out after a question that says so", async () => {
  let ended = 0;
  server.use(
    list(aDevice(), phone),
    http.delete("*/api/account/sessions", () => {
      ended += 1;
      server.use(list(aDevice()));
      return HttpResponse.json({ ended: 1 });
    }),
  );
  const user = userEvent.setup();
  renderWithApp(<DevicesPage />);
  await user.click(await screen.findByRole("button", { name: "Sign out all others" }));
  expect(screen.getByRole("dialog")).toHaveTextContent("access tokens keep working");
  expect(ended).toBe(0);
  await user.click(screen.getByRole("button", { name: "Sign them out" }));
  expect(await screen.findByText("1 device was signed out")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Sign out all others" })).toBeNull();
});

test.each([
  ["one device", ["Sign out Safari on iPhone"], /^Signed out: Safari/],
  ["all others", ["Sign out all others", "Sign them out"], /was signed out$/],
])("whoever confirms signs %s out", async (_what, buttons, done) => {
  let isFresh = false;
  const confirmFirst = () =>
    HttpResponse.json(
      { status: 401, code: "confirm_first", detail: "Confirm that it is you." },
      { status: 401 },
    );
  server.use(
    list(aDevice(), phone),
    http.delete("*/api/account/sessions", () =>
      isFresh ? HttpResponse.json({ ended: 1 }) : confirmFirst(),
    ),
    http.delete("*/api/account/sessions/d2", () =>
      isFresh ? new HttpResponse(null, { status: 204 }) : confirmFirst(),
    ),
  );
  let prove: () => void = () => undefined;
  const ask = vi.fn(
    () =>
      new Promise<boolean>((resolve) => {
        prove = () => {
          isFresh = true;
          resolve(true);
        };
      }),
  );
  renderWithApp(
    <ReauthContext value={ask}>
      <DevicesPage />
    </ReauthContext>,
  );
  for (const name of buttons) await userEvent.click(await screen.findByRole("button", { name }));
  await expect.poll(() => ask.mock.calls.length).toBe(1);
  await act(() => Promise.resolve());
  expect(rows()).toHaveLength(2); // nothing is gone before the proof
  prove();
  expect(await screen.findByText(done)).toBeVisible();
  expect(ask).toHaveBeenCalledOnce();
});

test("a list that cannot be loaded says why, and is asked for again", async () => {
  server.use(
    http.get("*/api/account/sessions", () =>
      HttpResponse.json({ status: 503, code: "unavailable", detail: "Not now." }, { status: 503 }),
    ),
  );
  renderWithApp(<DevicesPage />);
  expect(await screen.findByRole("alert")).toHaveTextContent("Not now.");
  server.use(list(aDevice()));
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("This device")).toBeVisible();
});
