import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import type { Account } from "@/api";
import { renderWithApp } from "@/test/render";
import { anAccount, aSession } from "@/test/samples";
import { server } from "@/test/server";

import { PreferencesPage } from "./PreferencesPage";

const show = (account: Account) => {
  server.use(http.get("*/api/account", () => HttpResponse.json(account)));
  const onThemeChange = vi.fn();
  renderWithApp(<PreferencesPage theme="system" onThemeChange={onThemeChange} />, {
    session: aSession(),
  });
  return { onThemeChange, user: userEvent.setup() };
};

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
