import { QueryClientProvider } from "@tanstack/react-query";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import type { ReactNode } from "react";
import { expect, test } from "vitest";

import type { AltText } from "@/api";
import { renderWithApp } from "@/test/render";
import { aSession } from "@/test/samples";
import { server } from "@/test/server";
import { ToastProvider } from "@/ui";

import { AltTextsPage } from "./AltTextsPage";

const aRow = (id: string, alt: string | null = `A kite ${id}`): AltText => ({
  image_id: id,
  name: `${id}.jpg`,
  description:
    alt === null
      ? null
      : {
          id: `v-${id}`,
          source: "model",
          model: "gpt-6-luna",
          demo: false,
          alt_text: alt,
          text: "Longer.",
          visible_text: "",
          tags: ["kite"],
        },
  description_state: alt === null ? "none" : "done",
  is_checked: false,
});

type Page = { alt_texts: AltText[]; next_cursor: string | null; checked: number | null };

const show = (pages: Record<string, Page>) => {
  const asked: string[] = [];
  server.use(
    http.get("*/api/descriptions/alt-texts", ({ request }) => {
      const cursor = new URL(request.url).searchParams.get("cursor") ?? "";
      asked.push(cursor);
      return HttpResponse.json(pages[cursor]);
    }),
    http.get("*/api/images", () => HttpResponse.json({ images: [], next_cursor: null })),
    http.get("*/api/images/:id", () => HttpResponse.json({ status: 404 }, { status: 404 })),
  );
  const { client, rerender } = renderWithApp(<AltTextsPage />, { session: aSession() });
  const around = (page: ReactNode) => (
    <QueryClientProvider client={client}>
      <ToastProvider>{page}</ToastProvider>
    </QueryClientProvider>
  );
  /** Goes to another page; returns how to come back. */
  const leave = () => {
    rerender(around(null));
    return () => rerender(around(<AltTextsPage />));
  };
  return { user: userEvent.setup(), asked, leave };
};

const altText = () => screen.findByLabelText("Alt text");

test("pages without a picture are passed over until there is one", async () => {
  const { asked } = show({
    "": { alt_texts: [], next_cursor: "1", checked: 7 },
    "1": { alt_texts: [], next_cursor: "2", checked: null },
    "2": { alt_texts: [aRow("a")], next_cursor: null, checked: null },
  });
  expect(await altText()).toHaveValue("A kite a");
  expect(asked).toEqual(["", "1", "2"]);
  expect(screen.getByText(/7 checked so far/)).toBeVisible();
});

test("a version that was replaced meanwhile is not accepted, and the new one is shown", async () => {
  const newer = { ...aRow("a").description, id: "v-2", alt_text: "A red kite" };
  const { user } = show({ "": { alt_texts: [aRow("a")], next_cursor: null, checked: 0 } });
  server.use(
    http.post("*/api/descriptions/alt-texts/checks", () => HttpResponse.json({ ids: [] })),
    http.get("*/api/images/a/descriptions", () =>
      HttpResponse.json({
        is_never_sent: false,
        albums_never_sent: [],
        versions: [{ ...newer, at: "2026-11-01T00:00:00Z", is_current: true }],
      }),
    ),
  );
  await altText();
  await user.keyboard("a");
  expect(await screen.findByText(/described anew meanwhile/)).toBeVisible();
  expect(await altText()).toHaveValue("A red kite");
  expect(screen.getByText(/0 checked so far/)).toBeVisible();
});

test("what is too long is not saved, and an empty one is not accepted", async () => {
  const { user } = show({ "": { alt_texts: [aRow("a", null)], next_cursor: null, checked: 0 } });
  const field = await altText();
  await user.keyboard("a");
  expect(await screen.findByText("Write an alt text first.")).toBeVisible();
  await user.click(field);
  await user.paste("x".repeat(301));
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Not saved: a text is too long.")).toBeVisible();
  expect(screen.getByText("Shorten this by 1 character.")).toBeVisible();
});

test("what has a description and no alt text is not accepted", async () => {
  const bare = aRow("a", "");
  const { user } = show({ "": { alt_texts: [bare], next_cursor: null, checked: 0 } });
  await altText();
  await user.keyboard("a");
  expect(await screen.findByText("Write an alt text first.")).toBeVisible();
});

test("what was typed stays on another filter and when one comes back, and is asked about before the tab goes", async () => {
  const { user, leave } = show({
    "": { alt_texts: [aRow("a")], next_cursor: null, checked: 0 },
  });
  const asksFirst = () => !window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  const field = await altText();
  await user.clear(field);
  await user.type(field, "Ours");
  expect(asksFirst()).toBe(true);
  await user.click(screen.getByRole("radio", { name: "All" }));
  expect(await altText()).toHaveValue("Ours");
  const comeBack = leave();
  expect(asksFirst()).toBe(true);
  comeBack();
  expect(await altText()).toHaveValue("Ours");
  await user.click(screen.getByRole("button", { name: "Discard" }));
  expect(asksFirst()).toBe(false);
});

test("a failure keeps what was typed", async () => {
  const { user } = show({ "": { alt_texts: [aRow("a")], next_cursor: null, checked: 0 } });
  const detail = "Try again in a moment.";
  server.use(
    http.patch("*/api/images/a", () =>
      HttpResponse.json({ status: 503, code: "unavailable", detail }, { status: 503 }),
    ),
  );
  const field = await altText();
  await user.clear(field);
  await user.type(field, "Ours{Control>}{Enter}{/Control}");
  expect(await screen.findByText(detail)).toBeVisible();
  expect(await altText()).toHaveValue("Ours");
  await user.click(screen.getByRole("button", { name: "Discard" }));
  expect(await altText()).toHaveValue("A kite a");
});

test("lists without anything say so", async () => {
  show({ "": { alt_texts: [], next_cursor: null, checked: 0 } });
  expect(await screen.findByRole("heading", { name: "Nothing to check" })).toBeVisible();
});
