import { useImage, type Description, type ImageDetail, type Session } from "@/api";
import { renderWithApp } from "@/test/render";
import { anImageDetail, aSession } from "@/test/samples";
import { server } from "@/test/server";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, test } from "vitest";

import type { Drafts } from "@/components/descriptions/description-draft";
import { DescriptionSection } from "./DescriptionSection";

const ID = anImageDetail().id;
const byModel: Description = {
  source: "model",
  alt_text: "A dog on a beach",
  text: "A brown dog runs.",
  visible_text: "NO DOGS",
  tags: ["dog", "beach"],
  model: "gpt-6-luna",
  demo: false,
  created_at: "2025-06-01T08:00:00Z",
};
const described: Partial<ImageDetail> = { description: byModel, description_state: "done" };

let drafts: Drafts;
let patches: unknown[];

const serve = (detail: Partial<ImageDetail>) => {
  server.use(
    http.get("*/api/images/:id", () => HttpResponse.json(anImageDetail(detail))),
    http.patch("*/api/images/:id", async ({ request }) => {
      patches.push(await request.json());
      const own: Description = { ...byModel, source: "person", model: null, alt_text: "Rex" };
      return HttpResponse.json(anImageDetail({ ...detail, description: own }));
    }),
  );
};

const Loaded = () => {
  const { data } = useImage(ID);
  return data ? <DescriptionSection detail={data} drafts={drafts} /> : null;
};
const show = (detail: Partial<ImageDetail>, session?: Session) => {
  serve(detail);
  return renderWithApp(<Loaded />, { session: session ?? turnedOn });
};
const turnedOn = aSession();
if (turnedOn.user) turnedOn.user.descriptions_enabled = true;

const field = (name: string) => screen.getByRole("textbox", { name });
const edit = async () => {
  await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
};
const save = () => userEvent.click(screen.getByRole("button", { name: "Save" }));
const fail = (status: number, body: object) =>
  server.use(http.patch("*/api/images/:id", () => HttpResponse.json(body, { status })));

beforeEach(() => {
  drafts = new Map();
  patches = [];
});

describe("says who wrote it", () => {
  test.each([
    ["Written by AI (gpt-6-luna)", byModel],
    ["Demo description", { ...byModel, demo: true }],
    ["Written by you", { ...byModel, source: "person", model: null }],
  ] as const)("%s", async (words, description) => {
    show({ description, description_state: "done" });
    expect(await screen.findByText(words)).toBeVisible();
    expect(screen.getByText("A dog on a beach")).toBeVisible();
    expect(screen.getByText("NO DOGS")).toBeVisible();
    expect(screen.getByRole("list", { name: "Keywords" })).toHaveTextContent("dogbeach");
    // Only one's own words can be given up.
    const giveUp = screen.queryAllByRole("button", { name: "Remove my description" });
    expect(giveUp).toHaveLength(description.source === "person" ? 1 : 0);
  });
});

test("what the mark says of a demo is not said again in the words", async () => {
  const alt_text = "Demo description: a dark, wide picture.";
  show({ description: { ...byModel, demo: true, alt_text }, description_state: "done" });
  expect(await screen.findByText("A dark, wide picture.")).toBeVisible();
  expect(screen.getAllByText(/Demo description/)).toHaveLength(1);
});

describe("correcting it", () => {
  test("saves all four fields, with tidy tags", async () => {
    show(described);
    await edit();
    await userEvent.clear(field("Alt text"));
    await userEvent.type(field("Alt text"), " Rex ");
    await userEvent.clear(field("Keywords"));
    await userEvent.type(field("Keywords"), "Dog, , REX,dog");
    await save();
    expect(await screen.findByText("Written by you")).toBeVisible();
    expect(patches).toEqual([
      {
        description: {
          alt_text: "Rex",
          text: "A brown dog runs.",
          visible_text: "NO DOGS",
          tags: ["dog", "rex"],
        },
      },
    ]);
  });

  test("what is too long is said at its field and not sent", async () => {
    show(described);
    await edit();
    await userEvent.clear(field("Alt text"));
    await userEvent.click(field("Alt text"));
    await userEvent.paste("x".repeat(303));
    await userEvent.clear(field("Keywords"));
    await userEvent.paste(Array.from({ length: 21 }, (_, n) => `t${String(n)}`).join(","));
    await save();
    expect(field("Alt text")).toHaveAccessibleDescription("Shorten this by 3 characters.");
    expect(field("Alt text")).toBeInvalid();
    expect(field("Alt text")).toHaveFocus();
    expect(field("Keywords")).toHaveAccessibleDescription("No more than 20 keywords, please.");
    expect(screen.getByText("303 / 300")).toBeVisible();
    expect(patches).toEqual([]);
  });

  test("a failure keeps what was typed and says why; the server's words stand at their field", async () => {
    show(described);
    await edit();
    await userEvent.clear(field("Alt text"));
    await userEvent.type(field("Alt text"), "Rex");
    fail(422, {
      code: "validation_failed",
      detail: "Some fields need another look.",
      errors: [{ location: "body", field: "description.tags.1", message: "Not a tag." }],
    });
    await save();
    expect(await screen.findByRole("alert")).toHaveTextContent("Some fields need another look.");
    expect(field("Keywords")).toHaveAccessibleDescription("Not a tag.");
    expect(field("Alt text")).toHaveValue("Rex");

    serve(described);
    await save();
    expect(await screen.findByText("Written by you")).toBeVisible();
  });

  test("cancelling gives it up; looking at another picture in between does not", async () => {
    const { unmount } = show(described);
    await edit();
    await userEvent.clear(field("Alt text"));
    await userEvent.type(field("Alt text"), "Rex");
    unmount();

    show(described);
    expect(await screen.findByRole("textbox", { name: "Alt text" })).toHaveValue("Rex");
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await edit();
    expect(field("Alt text")).toHaveValue("A dog on a beach");
  });

  test("Escape ends an edit that changed nothing, and never loses words", async () => {
    show(described);
    await edit();
    await userEvent.keyboard("!{Escape}");
    expect(field("Description")).toHaveValue("A brown dog runs.!");
    await userEvent.keyboard("{Backspace}{Escape}");
    expect(screen.queryByRole("textbox")).not.toBeInTheDocument();
  });

  test("a person's version can be given up for the model's, and taken back", async () => {
    show({ description: { ...byModel, source: "person" }, description_state: "done" });
    await userEvent.click(await screen.findByRole("button", { name: "Remove my description" }));
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(patches).toHaveLength(2));
    expect(patches).toMatchObject([
      { description: null },
      { description: { alt_text: "A dog on a beach", tags: ["dog", "beach"] } },
    ]);
  });
});

describe("asking the model", () => {
  const none: Partial<ImageDetail> = { description: null, description_state: "none" };

  test("where descriptions are on, one can be asked for, and is waited for", async () => {
    show(none);
    server.use(
      http.post("*/api/images/:id/describe", () =>
        HttpResponse.json(anImageDetail({ ...none, description_state: "waiting" }), {
          status: 202,
        }),
      ),
    );
    await userEvent.click(await screen.findByRole("button", { name: "Describe this picture" }));
    expect(await screen.findByText("Generating a description")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Describe this picture" })).toBeNull();
  });

  test("a failure says why and can be tried again", async () => {
    show({
      ...none,
      description_state: "failed",
      description_failure: { code: "rate_limited", title: "Failed", detail: "The model is busy." },
    });
    expect(await screen.findByText("The model is busy.")).toBeVisible();
    server.use(
      http.post("*/api/images/:id/describe", () =>
        HttpResponse.json(
          { code: "descriptions_off", detail: "Turn it on first." },
          { status: 409 },
        ),
      ),
    );
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Turn it on first.")).toBeVisible();
  });

  test("where the person has not turned it on, the way there is shown", async () => {
    show(none, aSession());
    expect(await screen.findByRole("link", { name: /turn them on/ })).toHaveAttribute(
      "href",
      "/settings/descriptions",
    );
    expect(screen.queryByRole("button", { name: "Describe this picture" })).toBeNull();
    expect(screen.getByRole("button", { name: "Write a description" })).toBeVisible();
  });

  test("whoever does not want to hear of it again does not, with other pictures either", async () => {
    const { unmount } = show(none, aSession());
    await userEvent.click(await screen.findByRole("button", { name: "do not show this again" }));
    expect(screen.queryByText(/AI/)).toBeNull();
    unmount();
    show(none, aSession());
    expect(await screen.findByText("No description yet.")).toBeVisible();
    expect(screen.queryByText(/AI/)).toBeNull();
    localStorage.clear();
  });

  test("where the operator offers none, nothing is said of it on each picture", async () => {
    const descriptions = { available: false, demo: false, model: null, host: null };
    show(none, aSession({ descriptions }));
    expect(await screen.findByText("No description yet.")).toBeVisible();
    expect(screen.queryByText(/AI/)).toBeNull();
  });

  test("what a person wrote is not offered to the model", async () => {
    show({ description: { ...byModel, source: "person" }, description_state: "failed" });
    expect(await screen.findByText("Written by you")).toBeVisible();
    expect(screen.queryByRole("button", { name: /Describe|Try again/ })).toBeNull();
  });
});
