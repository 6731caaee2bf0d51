import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { Suspense } from "react";
import { expect, test, vi } from "vitest";

import {
  endSession,
  holdPerson,
  isPresent,
  sessionOptions,
  untilSignedInAgain,
  type Session,
} from "@/api";
import { aSession, aSignInOffer, aUser } from "@/test/samples";
import { problem, server } from "@/test/server";
import { ToastProvider } from "@/ui";

import { makeQueryClient } from "./query-client";
import { SessionExpired } from "./SessionExpired";

const ada = aUser({ id: "ada", email: "ada@example.org" });
const PICTURES = ["pictures"];

const start = ({ isHeld = true, session = aSession({ user: ada }) } = {}) => {
  const client = makeQueryClient();
  client.setQueryData(sessionOptions.queryKey, session);
  client.setQueryData(PICTURES, "ada’s");
  const release = holdPerson(client, () => isHeld);
  const back = vi.fn();
  void untilSignedInAgain(client).then(back);
  render(
    <QueryClientProvider client={client}>
      <ToastProvider>
        <Suspense>
          <SessionExpired />
        </Suspense>
      </ToastProvider>
    </QueryClientProvider>,
  );
  const userOf = () => client.getQueryData(sessionOptions.queryKey)?.user ?? null;
  return { client, release, back, userOf, user: userEvent.setup() };
};

const answer = (path: string, session: Session) =>
  server.use(http.post(path, () => HttpResponse.json(session)));

const dialog = () => screen.findByRole("dialog", { name: "Sign in to continue" });

const enterPassword = async (user: ReturnType<typeof userEvent.setup>) => {
  await dialog();
  await user.type(screen.getByLabelText("Password"), "a long enough password");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
};

test("an ended session is a sign-out where nothing waits", () => {
  const { client, userOf } = start({ isHeld: false });
  endSession(client);
  expect(userOf()).toBeNull();
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
});

test("whoever signs in again finds everything as it was, and what waited goes on", async () => {
  const { client, back, userOf, user } = start();
  endSession(client);
  expect(userOf()).toEqual(ada);
  expect(isPresent(client, "ada")).toBe(false);
  await dialog();
  expect(screen.getByLabelText("E-mail")).toHaveValue("ada@example.org");
  expect(screen.getByLabelText("Password")).toHaveFocus();
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();

  answer("*/api/auth/login", aSession({ user: ada }));
  await enterPassword(user);
  await waitFor(() => expect(back).toHaveBeenCalledOnce());
  expect(isPresent(client, "ada")).toBe(true);
  expect(client.getQueryData(PICTURES)).toBe("ada’s");
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
});

test("who signs in there as somebody else gets nothing of the first", async () => {
  const { client, back, userOf, user } = start();
  endSession(client);
  answer("*/api/auth/login", aSession({ user: aUser({ id: "bob" }) }));
  await enterPassword(user);
  await waitFor(() => expect(userOf()?.id).toBe("bob"));
  expect(isPresent(client, "ada")).toBe(false);
  await waitFor(() => expect(client.getQueryData(PICTURES)).toBeUndefined());
  expect(back).not.toHaveBeenCalled();
});

test("a wrong password is said there, and changes nothing", async () => {
  const { client, back, user } = start();
  endSession(client);
  server.use(
    http.post("*/api/auth/login", () => problem(401, "wrong_credentials", "Wrong password.")),
  );
  await enterPassword(user);
  expect(await screen.findByText("Wrong password.")).toBeVisible();
  expect(back).not.toHaveBeenCalled();
  expect(isPresent(client, "ada")).toBe(false);
});

test("a second factor is asked for in the same place", async () => {
  const { client, back, userOf, user } = start();
  endSession(client);
  const awaited = { methods: ["totp" as const, "recovery_code" as const] };
  answer("*/api/auth/login", aSession({ user: null, second_factor: awaited }));
  await enterPassword(user);
  const code = await screen.findByLabelText("Code");
  expect(userOf()).toEqual(ada); // the page stays
  expect(back).not.toHaveBeenCalled();

  answer("*/api/auth/second-factor", aSession({ user: ada }));
  await user.type(code, "123456");
  await waitFor(() => expect(back).toHaveBeenCalledOnce());
});

test("a provider is gone to in another tab, and the page notices", async () => {
  const providers = [{ name: "google", label: "Google", demo: false }];
  const session = aSession({ user: ada, sign_in: aSignInOffer({ providers }) });
  const { client, back, user } = start({ session });
  const tab = { location: { replace: vi.fn() }, close: vi.fn() };
  vi.spyOn(window, "open").mockReturnValue(tab as unknown as Window);
  server.use(
    http.post("*/api/auth/openid/google/start", () =>
      HttpResponse.json({ location: "https://accounts.example/start" }),
    ),
    http.get("*/api/auth/session", () => HttpResponse.json(session)),
  );
  endSession(client);
  await dialog();
  await user.click(screen.getByRole("button", { name: "Continue with Google" }));
  await waitFor(() =>
    expect(tab.location.replace).toHaveBeenCalledWith("https://accounts.example/start"),
  );
  await waitFor(() => expect(back).toHaveBeenCalledOnce());
});

test("signing in can wait, and be given up", async () => {
  const { client, userOf, user } = start();
  endSession(client);
  await dialog();
  await user.click(screen.getByRole("button", { name: "Later" }));
  expect(screen.getByText(/^Your session has ended\./)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  await dialog();
  await user.click(screen.getByRole("button", { name: /^Sign out/ }));
  expect(userOf()).toBeNull();
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
});

test("the server’s own word that nobody is signed in is no sign-out either", async () => {
  const { client, userOf } = start();
  server.use(http.get("*/api/auth/session", () => HttpResponse.json(aSession({ user: null }))));
  await client.query({ ...sessionOptions, staleTime: 0 });
  expect(userOf()).toEqual(ada);
  await dialog();
});
