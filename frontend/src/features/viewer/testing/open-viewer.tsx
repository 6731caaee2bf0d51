/** The viewer over an API with three pictures, as its tests open it. */
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { useState } from "react";

import { useNeighbours, type Image, type ImageDetail } from "@/api";
import { renderWithApp } from "@/test/render";
import { anImage, anImageDetail } from "@/test/samples";
import { server } from "@/test/server";
import { batchHandler, timelineHandlers } from "@/test/timeline";

import Viewer from "..";
import { standInForBrowser } from "./jsdom-polyfills";

export const THREE = ["one", "two", "three"].map((name, n) =>
  anImage({
    id: name,
    name: `${name}.jpg`,
    alt_text: `Picture ${name}`,
    timeline_at: `2025-05-0${9 - n}T10:00:00`,
  }),
);

/** What was done to the pictures, by requests. */
export const requests: string[] = [];

/** An API with these pictures, which also remembers what is done to them. */
export const serve = (images: readonly Image[], details: Partial<ImageDetail> = {}) => {
  const deleted = new Set<unknown>();
  server.use(
    ...timelineHandlers(() => images.filter(({ id }) => !deleted.has(id))),
    http.get("*/api/images/:id", ({ params }) => {
      const image = images.find(({ id }) => id === params["id"]);
      if (image) return HttpResponse.json({ ...anImageDetail(), ...image, ...details });
      const body = { status: 404, code: "not_found", detail: "There is no such picture." };
      return HttpResponse.json(body, { status: 404 });
    }),
    batchHandler(deleted, (what) => requests.push(what)),
    http.patch("*/api/images/:id", async ({ params, request }) => {
      requests.push(`PATCH ${String(params["id"])} ${await request.text()}`);
      const image = images.find(({ id }) => id === params["id"]) ?? anImage();
      return HttpResponse.json({ ...anImageDetail(), ...image });
    }),
  );
};

/** The address in the middle, the viewer on top. */
const App = ({ openId }: { openId: string }) => {
  const [id, setId] = useState<string | null>(openId);
  return (
    <>
      <main>
        <button>Something on the page</button>
        <output>{id ?? "closed"}</output>
      </main>
      {id !== null && <Open id={id} onShow={setId} onClose={() => setId(null)} />}
    </>
  );
};

type OpenProps = { id: string; onShow: (id: string) => void; onClose: () => void };

const Open = ({ id, onShow, onClose }: OpenProps) => (
  <Viewer
    view="timeline"
    imageId={id}
    {...useNeighbours(id, "timeline")}
    onClose={onClose}
    onNavigate={onShow}
  />
);

export const open = async (id = "two") => {
  const view = renderWithApp(<App openId={id} />);
  await screen.findByRole("dialog");
  return view;
};
/** Waits until its neighbours are there as well. */
export const openAmong = async (count: number, id = "two") => {
  const view = await open(id);
  await screen.findByText(new RegExp(`of ${count}:`));
  return view;
};
/** Holds an answer back until it is let pass. */
export const aGate = () => {
  let pass = (): void => undefined;
  const open = new Promise<undefined>((resolve) => {
    pass = () => resolve(undefined);
  });
  return { open, pass };
};
export const aDetail = (id: string) =>
  HttpResponse.json({ ...anImageDetail(), ...THREE.find((image) => image.id === id) });
export const shown = () =>
  screen.getByText((_, element) => element?.tagName === "OUTPUT").textContent;
export const key = (keys: string) => userEvent.keyboard(keys);

/** Before each test: no request is remembered, and jsdom has what the viewer asks of a browser. */
export const setUp = (): void => {
  requests.length = 0;
  standInForBrowser();
};
