import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { useState } from "react";
import { expect, test } from "vitest";

import { renderWithApp } from "@/test/render";
import { server } from "@/test/server";

import { SharedLibraryPage } from "./SharedLibraryPage";

const LIBRARY = {
  id: "l1",
  owner: "ada@example.org",
  since: "2020-01-01",
  show_descriptions: false,
  show_names: false,
  show_places: true,
  allow_originals: true,
};
/** By month; each picture is of the third. */
const MONTHS: Readonly<Record<string, readonly string[]>> = {
  "2024-05": ["p4", "p3"],
  "2023-05": ["p2"],
  "2021-05": ["p1"],
};
const monthOf = (id: string) => Object.keys(MONTHS).find((key) => MONTHS[key]?.includes(id)) ?? "";

/** An API with this library; `asked` has the buckets that were read, and what was saved. */
const libraryApi = () => {
  const asked: string[] = [];
  const base = "*/api/shared-libraries/l1";
  const of = (ids: readonly string[], end: string) =>
    Object.fromEntries(ids.map((id) => [id, `${id}${end}?x=1`]));
  server.use(
    http.get(base, () => HttpResponse.json(LIBRARY)),
    http.get(`${base}/timeline`, () => {
      const buckets = Object.entries(MONTHS).map(([key, ids]) => ({ key, count: ids.length }));
      return HttpResponse.json({ count: 4, buckets });
    }),
    http.get(`${base}/timeline/:key`, ({ params }) => {
      const key = String(params["key"]);
      asked.push(key);
      const ids = MONTHS[key] ?? [];
      return HttpResponse.json({
        next_cursor: null,
        ids,
        ratios: ids.map(() => 1.5),
        animated: [],
        days: [{ date: `${key}-03`, count: ids.length }],
      });
    }),
    http.get(`${base}/addresses`, ({ request }) => {
      const ids = new URL(request.url).searchParams.get("ids")?.split(",") ?? [];
      return HttpResponse.json({
        parts: [
          {
            addresses: { base: "https://bucket.test/", query: "signed=1" },
            thumbnails: of(ids, "/thumbnail"),
            previews: of(ids, "/preview"),
          },
        ],
        thumbhashes: {},
        alt_texts: {},
        urls_expire_at: new Date(Date.now() + 60_000).toISOString(),
      });
    }),
    http.get(`${base}/images/:id`, ({ params }) => {
      const id = String(params["id"]);
      return HttpResponse.json({
        id,
        width: 300,
        height: 200,
        name: null,
        date: `${monthOf(id)}-03`,
        title: null,
        alt_text: null,
        description: null,
        is_video: false,
        motion_url: null,
        place: "Porto, Portugal",
        added_by: LIBRARY.owner,
        is_mine: false,
        has_original: true,
      });
    }),
    http.post(`${base}/images/save`, async ({ request }) => {
      const { ids } = (await request.json()) as { ids: string[] };
      asked.push(`save ${ids.join(" ")}`);
      const detail = { code: null, detail: null };
      const images = ids.map((id) => ({ id, outcome: "saved", image_id: `my-${id}`, ...detail }));
      return HttpResponse.json({ images });
    }),
  );
  return asked;
};

const Page = ({ first = null }: { first?: string | null }) => {
  const [openId, setOpenId] = useState<string | null>(first);
  return (
    <SharedLibraryPage
      id="l1"
      openId={openId}
      onOpen={setOpenId}
      onShow={setOpenId}
      onClose={() => setOpenId(null)}
    />
  );
};

const pictures = () => screen.getAllByRole("link", { name: /^Picture of / });

test("a library is shown by months, and its pictures are turned through and saved", async () => {
  const asked = libraryApi();
  renderWithApp(<Page />);
  expect(
    await screen.findByRole("heading", { level: 1, name: "Library of ada@example.org" }),
  ).toBeVisible();
  expect(screen.getByText("4 pictures, from 1 January 2020 on")).toBeVisible();
  expect(screen.getByText(/you get: dates, places, originals/)).toBeVisible();
  await waitFor(() => expect(pictures()).toHaveLength(4));
  expect([...asked].sort()).toEqual(["2021-05", "2023-05", "2024-05"]); // each once
  expect(pictures()[0]).toHaveAttribute("href", "/shared-with-me/libraries/l1/images/p4");
  const user = userEvent.setup();
  await user.click(screen.getAllByRole("link", { name: "Picture of 3 May 2024" })[1] as Element);
  const viewer = screen.getByRole("dialog", { name: "Picture of 3 May 2024" });
  expect(await within(viewer).findByText("Porto, Portugal")).toBeVisible();
  await user.keyboard("{ArrowRight}");
  expect(await screen.findByRole("dialog", { name: "Picture of 3 May 2023" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Save to my library" }));
  await waitFor(() => expect(asked).toContain("save p2"));
  await user.keyboard("{ArrowRight}");
  expect(await screen.findByRole("dialog", { name: "Picture of 3 May 2021" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Next picture" })).toBeDisabled();
});

test("a picture that is opened by its address has its neighbours", async () => {
  libraryApi();
  renderWithApp(<Page first="p2" />);
  expect(await screen.findByRole("dialog", { name: "Picture of 3 May 2023" })).toBeVisible();
  const previous = await screen.findByRole("button", { name: "Previous picture" });
  await waitFor(() => expect(previous).toBeEnabled());
});

test("a library that is not shared any more says so", async () => {
  const gone = { code: "not_found", title: "x", detail: "x", status: 404 };
  server.use(http.get("*/api/shared-libraries/*", () => HttpResponse.json(gone, { status: 404 })));
  renderWithApp(<Page />);
  expect(
    await screen.findByRole("heading", { name: "This library is not shared with you" }),
  ).toBeVisible();
});
