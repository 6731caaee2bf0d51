import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import { sessionOptions } from "@/api";
import { renderWithApp } from "@/test/render";
import { aSession } from "@/test/samples";
import { server } from "@/test/server";

import { Register } from "./Register";
import { SignIn } from "./SignIn";

const signedOut = aSession({ user: null });
const LONG = "correct horse battery staple";

const problem = (status: number, code: string, detail: string, errors?: object[]) =>
  HttpResponse.json({ type: "about:blank", title: code, status, code, detail, errors }, { status });

const fill = async (email: string, password: string) => {
  const user = userEvent.setup();
  if (email !== "") await user.type(screen.getByLabelText("E-mail"), email);
  if (password !== "") await user.type(screen.getByLabelText("Password"), password);
  await user.keyboard("{Enter}");
  return user;
};

test("signing in sends both fields and puts the person into the session", async () => {
  let sent: unknown;
  server.use(
    http.post("*/api/auth/login", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(aSession());
    }),
  );
  const { client } = renderWithApp(<SignIn />, { session: signedOut });
  await fill(" ada@example.org ", "my password");
  await expect.poll(() => client.getQueryData(sessionOptions.queryKey)?.user).toBeTruthy();
  expect(sent).toEqual({ email: "ada@example.org", password: "my password" });
});

test("wrong credentials are said above the form, and the focus goes there", async () => {
  server.use(
    http.post("*/api/auth/login", () =>
      problem(401, "wrong_credentials", "The e-mail address or the password is wrong."),
    ),
  );
  renderWithApp(<SignIn />, { session: signedOut });
  await fill("ada@example.org", "nope");
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("The e-mail address or the password is wrong.");
  expect(alert).toHaveFocus();
});

test("an empty field is pointed out without asking the server", async () => {
  renderWithApp(<SignIn />, { session: signedOut });
  await fill("ada@example.org", "");
  const password = screen.getByLabelText("Password");
  expect(password).toHaveAccessibleDescription("Enter your password.");
  expect(password).toBeInvalid();
  expect(password).toHaveFocus();
});

test("password managers are told what the fields are", () => {
  const { unmount } = renderWithApp(<SignIn />, { session: signedOut });
  expect(screen.getByLabelText("E-mail")).toHaveAttribute("autocomplete", "username");
  expect(screen.getByLabelText("Password")).toHaveAttribute("autocomplete", "current-password");
  unmount();
  renderWithApp(<Register />, { session: signedOut });
  expect(screen.getByLabelText("Password")).toHaveAttribute("autocomplete", "new-password");
});

test("a password can be shown and hidden again", async () => {
  renderWithApp(<SignIn />, { session: signedOut });
  const user = userEvent.setup();
  const field = screen.getByLabelText("Password");
  expect(field).toHaveAttribute("type", "password");
  await user.click(screen.getByRole("button", { name: "Show the password" }));
  expect(field).toHaveAttribute("type", "text");
  await user.click(screen.getByRole("button", { name: "Hide the password" }));
  expect(field).toHaveAttribute("type", "password");
});

test("the length is counted while it is typed, an emoji as one", async () => {
  renderWithApp(<Register />, { session: signedOut });
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Password"), "seven🐈‍");
  expect(screen.getByText("7 of 15")).toBeInTheDocument();
  await user.type(screen.getByLabelText("Password"), "and enough");
  expect(screen.getByText("Long enough.")).toBeInTheDocument();
});

test("a short password is refused here, before it travels", async () => {
  renderWithApp(<Register />, { session: signedOut });
  await fill("ada@example.org", "short");
  expect(screen.getByLabelText("Password")).toHaveAccessibleDescription(/Too short/);
});

test.each([
  ["email_taken", "E-mail", "There is an account with this address."],
  ["weak_password", "Password", "This password is on lists of stolen ones."],
])("%s is said at the field %s", async (code, field, detail) => {
  server.use(http.post("*/api/auth/register", () => problem(409, code, detail)));
  renderWithApp(<Register />, { session: signedOut });
  await fill("ada@example.org", LONG);
  await expect.poll(() => screen.getByLabelText(field)).toBeInvalid();
  expect(screen.getByLabelText(field)).toHaveAccessibleDescription(new RegExp(detail));
  expect(screen.getByLabelText(field)).toHaveFocus();
});

test("the server's field errors land at their fields", async () => {
  server.use(
    http.post("*/api/auth/register", () =>
      problem(422, "validation_failed", "Check the fields.", [
        { location: "body", field: "email", message: "This is no address." },
      ]),
    ),
  );
  renderWithApp(<Register />, { session: signedOut });
  await fill("ada@example.org", LONG);
  await expect.poll(() => screen.getByLabelText("E-mail")).toBeInvalid();
  expect(screen.getByLabelText("E-mail")).toHaveAccessibleDescription("This is no address.");
});
