import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";

import { sessionOptions } from "@/api";
import { renderWithApp } from "@/test/render";
import { aSession, aSignInOffer } from "@/test/samples";
import { problem, server } from "@/test/server";

import { FirstAccount } from "../registration/FirstAccount";
import { SecondFactor } from "./SecondFactor";
import { SignIn } from "./SignIn";

const signedOut = aSession({ user: null });
const LONG = "correct horse battery staple";
const signIn = <SignIn next="/" problem={null} />;
const isUnguessable = http.post("*/api/auth/password/check", () =>
  HttpResponse.json({ score: 4, warning: null, suggestions: [], accepted: true }),
);

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
  const { client } = renderWithApp(signIn, { session: signedOut });
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
  renderWithApp(signIn, { session: signedOut });
  await fill("ada@example.org", "nope");
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("The e-mail address or the password is wrong.");
  expect(alert).toHaveFocus();
});

test("an empty field is pointed out without asking the server", async () => {
  renderWithApp(signIn, { session: signedOut });
  await fill("ada@example.org", "");
  const password = screen.getByLabelText("Password");
  expect(password).toHaveAccessibleDescription("Enter your password.");
  expect(password).toBeInvalid();
  expect(password).toHaveFocus();
});

test("password managers and passkeys are told what the fields are", () => {
  const { unmount } = renderWithApp(signIn, { session: signedOut });
  expect(screen.getByLabelText("E-mail")).toHaveAttribute("autocomplete", "username webauthn");
  expect(screen.getByLabelText("Password")).toHaveAttribute("autocomplete", "current-password");
  unmount();
  renderWithApp(<FirstAccount next="/" />, { session: signedOut });
  expect(screen.getByLabelText("Password")).toHaveAttribute("autocomplete", "new-password");
});

test("a password can be shown and hidden again", async () => {
  renderWithApp(signIn, { session: signedOut });
  const user = userEvent.setup();
  const field = screen.getByLabelText("Password");
  expect(field).toHaveAttribute("type", "password");
  await user.click(screen.getByRole("button", { name: "Show the password" }));
  expect(field).toHaveAttribute("type", "text");
  await user.click(screen.getByRole("button", { name: "Hide the password" }));
  expect(field).toHaveAttribute("type", "password");
});

test.each([
  ["open", true, "Create an account"],
  ["open", false, "You need an invitation to join."],
  ["invite", true, "You need an invitation to join."],
  ["closed", true, "Registration is closed."],
] as const)("registration %s, mail %s: the page says %s", (registration, mail, words) => {
  const offer = aSignInOffer({ registration, mail });
  renderWithApp(signIn, { session: { ...signedOut, sign_in: offer } });
  expect(screen.getByText(words, { exact: false })).toBeVisible();
});

test("a provider is asked for with where to go on, and a stand-in says that it is one", async () => {
  let sent: unknown;
  server.use(
    http.post("*/api/auth/openid/demo/start", async ({ request }) => {
      sent = await request.json();
      return problem(503, "unavailable", "It does not answer.");
    }),
  );
  const offer = aSignInOffer({ providers: [{ name: "demo", label: "Demo ID", demo: true }] });
  renderWithApp(<SignIn next="/settings?a=1" problem={null} />, {
    session: { ...signedOut, sign_in: offer },
  });
  expect(screen.getByText(/anybody can sign in as anyone/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: /Continue with Demo ID/ }));
  expect(await screen.findByRole("alert")).toHaveTextContent("It does not answer.");
  expect(sent).toEqual({ purpose: "sign_in", next: "/settings?a=1" });
});

test("why somebody was sent here is said once, in words of ours", async () => {
  window.history.replaceState(null, "", "/sign-in?problem=account_disabled&next=%2Fdeleted");
  renderWithApp(<SignIn next="/" problem="account_disabled" />, { session: signedOut });
  expect(screen.getByRole("alert")).toHaveTextContent("was disabled by an administrator");
  await waitFor(() => expect(window.location.search).toBe("?next=%2Fdeleted"));
});

test("what an address invents as a problem is not repeated", () => {
  renderWithApp(<SignIn next="/" problem="Call 0900 1234" />, { session: signedOut });
  expect(screen.getByRole("alert")).toHaveTextContent("That did not work. Please try again.");
  expect(screen.queryByText(/0900/)).not.toBeInTheDocument();
});

test("the first account: the length is counted while it is typed, an emoji as one", async () => {
  server.use(isUnguessable);
  renderWithApp(<FirstAccount next="/" />, { session: signedOut });
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Password"), "seven🐈‍");
  expect(screen.getByText("7 of 15")).toBeInTheDocument();
  await user.type(screen.getByLabelText("Password"), "and enough");
  expect(await screen.findByText("Strength: Strong.")).toBeInTheDocument();
});

test("what the server says against a password stands below it, and is announced", async () => {
  server.use(
    http.post("*/api/auth/password/check", () =>
      HttpResponse.json({
        score: 1,
        warning: "It is on a list of stolen ones.",
        suggestions: ["Use another one."],
        accepted: false,
      }),
    ),
  );
  renderWithApp(<FirstAccount next="/" />, { session: signedOut });
  await userEvent.type(screen.getByLabelText("Password"), "passwordpassword");
  const words = "It is on a list of stolen ones.";
  expect(await screen.findByText(`Strength: Not accepted. ${words}`)).toHaveAttribute(
    "role",
    "status",
  );
  expect(screen.getByLabelText("Password")).toHaveAccessibleDescription(new RegExp(words));
});

test("a short password is refused here, before it travels", async () => {
  renderWithApp(<FirstAccount next="/" />, { session: signedOut });
  await fill("ada@example.org", "short");
  expect(screen.getByLabelText("Password")).toHaveAccessibleDescription(/Too short/);
  expect(screen.getByLabelText("Password")).toHaveFocus();
});

test.each([
  ["email_taken", "E-mail", "There is an account with this address."],
  ["weak_password", "Password", "This password is on lists of stolen ones."],
])("%s is said at the field %s", async (code, field, detail) => {
  server.use(
    isUnguessable,
    http.post("*/api/auth/first", () => problem(409, code, detail)),
  );
  renderWithApp(<FirstAccount next="/" />, { session: signedOut });
  await fill("ada@example.org", LONG);
  await expect.poll(() => screen.getByLabelText(field)).toBeInvalid();
  expect(screen.getByLabelText(field)).toHaveAccessibleDescription(new RegExp(detail));
  expect(screen.getByLabelText(field)).toHaveFocus();
});

test("the server's field errors land at their fields", async () => {
  server.use(
    isUnguessable,
    http.post("*/api/auth/first", () =>
      problem(422, "validation_failed", "Check the fields.", [
        { location: "body", field: "email", message: "This is no address." },
      ]),
    ),
  );
  renderWithApp(<FirstAccount next="/" />, { session: signedOut });
  await fill("ada@example.org", LONG);
  await expect.poll(() => screen.getByLabelText("E-mail")).toBeInvalid();
  expect(screen.getByLabelText("E-mail")).toHaveAccessibleDescription("This is no address.");
});

const codesSent = () => {
  const sent: unknown[] = [];
  server.use(
    http.post("*/api/auth/second-factor", async ({ request }) => {
      sent.push(await request.json());
      return problem(401, "wrong_code", "This code is not right.");
    }),
  );
  return sent;
};

test("a pasted code goes off by itself, and is ready to be typed anew when it was wrong", async () => {
  const sent = codesSent();
  renderWithApp(<SecondFactor methods={["totp"]} onStartOver={() => undefined} />, {
    session: signedOut,
  });
  const field = screen.getByLabelText<HTMLInputElement>("Code");
  expect(field).toHaveFocus();
  expect(field).toHaveAttribute("autocomplete", "one-time-code");
  await userEvent.paste("123 456");
  await expect.poll(() => field).toBeInvalid();
  expect(sent).toEqual([{ code: "123456" }]);
  expect(field).toHaveAccessibleDescription(/This code is not right\./);
  expect([field.selectionStart, field.selectionEnd]).toEqual([0, 6]);
});

test("a recovery code stands in, as it is written", async () => {
  const sent = codesSent();
  renderWithApp(
    <SecondFactor methods={["totp", "recovery_code"]} onStartOver={() => undefined} />,
    { session: signedOut },
  );
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: "Use a recovery code" }));
  await user.type(screen.getByLabelText("Recovery code"), "abcd-efgh{Enter}");
  await expect.poll(() => sent).toEqual([{ code: "abcd-efgh" }]);
  await user.click(screen.getByRole("button", { name: "Back" }));
  expect(screen.getByLabelText("Code")).toBeVisible();
});

test("a sign-in that waited too long starts over", async () => {
  server.use(
    http.post("*/api/auth/second-factor", () => problem(401, "not_signed_in", "Sign in.")),
  );
  const started: boolean[] = [];
  renderWithApp(<SecondFactor methods={["totp"]} onStartOver={(late) => started.push(late)} />, {
    session: signedOut,
  });
  await userEvent.type(screen.getByLabelText("Code"), "123456");
  await expect.poll(() => started).toEqual([true]);
});

test("whoever opened the demo's address signs in to it by one button", async () => {
  window.history.replaceState(null, "", "/sign-in#demo=a-demo-password");
  let sent: unknown;
  server.use(
    http.post("*/api/auth/login", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(aSession());
    }),
  );
  const session = aSession({ user: null, sign_in: aSignInOffer({ mailbox: true }) });
  renderWithApp(signIn, { session });
  await userEvent.click(screen.getByRole("button", { name: "Try the demo" }));
  await expect.poll(() => sent).toEqual({ email: "demo@example.org", password: "a-demo-password" });
  window.history.replaceState(null, "", "/");
});

test("the demo's address offers it in a tab that shows the sign-in page already", async () => {
  const session = aSession({ user: null, sign_in: aSignInOffer({ mailbox: true }) });
  renderWithApp(signIn, { session });
  expect(screen.queryByRole("button", { name: "Try the demo" })).toBeNull();
  window.location.hash = "#demo=a-demo-password";
  expect(await screen.findByRole("button", { name: "Try the demo" })).toBeVisible();
  window.history.replaceState(null, "", "/");
});

test("no other address and no deployed site offers a demo", () => {
  window.history.replaceState(null, "", "/sign-in#demo=a-demo-password");
  renderWithApp(signIn, { session: signedOut });
  expect(screen.queryByRole("button", { name: "Try the demo" })).toBeNull();
  window.history.replaceState(null, "", "/");
});
