import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import { renderWithApp } from "@/test/render";
import { aSession, aSignInOffer, aUser } from "@/test/samples";
import { server } from "@/test/server";

import { AddressNotice } from "./AddressNotice";

const unproved = aUser({ email_verified: false });

test("an address that nobody confirmed is asked for, and its mail sent again", async () => {
  let asked = 0;
  server.use(
    http.post("*/api/account/email/verify", () => {
      asked += 1;
      return HttpResponse.json({}, { status: 202 });
    }),
  );
  renderWithApp(<AddressNotice />, { session: aSession({ user: unproved }) });
  expect(screen.getByText(/Confirm your e-mail address/)).toHaveTextContent("ada@example.org");
  await userEvent.click(screen.getByRole("button", { name: "Send it again" }));
  await expect.poll(() => asked).toBe(1);
});

test.each([
  ["a confirmed address", aSession()],
  ["a site without mail", aSession({ user: unproved, sign_in: aSignInOffer({ mail: false }) })],
])("%s has no notice", (_what, session) => {
  renderWithApp(<AddressNotice />, { session });
  expect(screen.queryByText(/Confirm your e-mail address/)).toBeNull();
});
