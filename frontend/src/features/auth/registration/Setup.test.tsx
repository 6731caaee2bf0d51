import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import { renderWithApp } from "@/test/render";
import { aSession, aUser } from "@/test/samples";
import { server } from "@/test/server";

import { Setup } from "./Setup";

const signedOut = aSession({ user: null });
const PASSWORD = "seven quiet lanterns by the harbour";

const fill = async () => {
  await userEvent.type(screen.getByLabelText("E-mail"), "ada@example.org");
  await userEvent.type(screen.getByLabelText("Password"), PASSWORD);
  await userEvent.click(screen.getByRole("button", { name: "Create account" }));
};

test("the link brings the code, which leaves the address", async () => {
  let sent: unknown;
  server.use(
    http.post("*/api/auth/first", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(aSession({ user: aUser({ is_administrator: true }) }), {
        status: 201,
      });
    }),
  );
  window.history.replaceState(null, "", "/setup#the-code");
  renderWithApp(<Setup />, { session: signedOut });
  expect(window.location.hash).toBe("");
  expect(screen.queryByLabelText("Setup code")).toBeNull();
  await fill();
  await expect
    .poll(() => sent)
    .toEqual({ email: "ada@example.org", password: PASSWORD, code: "the-code" });
  await expect.poll(() => window.location.pathname).toBe("/");
});

test("without the link the code is asked for, and what is wrong with it is said", async () => {
  server.use(
    http.post("*/api/auth/first", () =>
      HttpResponse.json(
        { status: 403, code: "setup_code_wrong", detail: "This setup code is wrong." },
        { status: 403 },
      ),
    ),
  );
  window.history.replaceState(null, "", "/setup");
  renderWithApp(<Setup />, { session: signedOut });
  await fill();
  expect(screen.getByLabelText("Setup code")).toBeInvalid();
  await userEvent.type(screen.getByLabelText("Setup code"), "https://x.example/setup#guess");
  await fill();
  expect(await screen.findByRole("alert")).toHaveTextContent("This setup code is wrong.");
});
