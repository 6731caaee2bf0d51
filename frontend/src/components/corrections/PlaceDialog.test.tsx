import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import type { FoundPlace, PlaceChange } from "@/api";
import { renderWithApp } from "@/test/render";
import { server } from "@/test/server";

import { PlaceDialog } from "./PlaceDialog";

const PARIS: FoundPlace = {
  town: "Paris",
  region: "Île-de-France",
  country_code: "FR",
  country: "France",
  latitude: 48.85341,
  longitude: 2.3488,
};
const TEXAS = { ...PARIS, region: "Texas", country_code: "US", country: "United States" };

const setup = (count = 1) => {
  const asked: string[] = [];
  server.use(
    http.get("*/api/places", ({ request }) => {
      const q = new URL(request.url).searchParams.get("q") ?? "";
      asked.push(q);
      return HttpResponse.json({ places: q.startsWith("par") ? [PARIS, TEXAS] : [] });
    }),
  );
  const onChange = vi.fn<(change: PlaceChange) => void>();
  const onClose = vi.fn<() => void>();
  renderWithApp(<PlaceDialog count={count} onChange={onChange} onClose={onClose} />);
  return { asked, onChange, onClose, user: userEvent.setup() };
};
const field = () => screen.getByRole("combobox", { name: "Town or coordinates" });
const save = () => screen.getByRole("button", { name: "Change place" });

test("a town is found by name, and chosen", async () => {
  const { onChange, user } = setup(3);
  expect(field()).toHaveFocus();
  await user.keyboard("par");
  await user.click(await screen.findByRole("option", { name: "Paris Île-de-France, France" }));
  expect(field()).toHaveValue("Paris, Île-de-France, France");
  expect(screen.queryByRole("option")).not.toBeInTheDocument();
  await user.click(save());
  const location = { latitude: 48.85341, longitude: 2.3488 };
  expect(onChange).toHaveBeenCalledWith({ action: "set_location", location });
});

test("coordinates are a place, and nothing is asked for them", async () => {
  const { asked, onChange, user } = setup();
  await user.click(field());
  await user.paste("48.8584, 2.2945");
  await user.keyboard("{Enter}{Enter}");
  const location = { latitude: 48.8584, longitude: 2.2945 };
  expect(onChange).toHaveBeenCalledWith({ action: "set_location", location });
  expect(asked).toEqual([]);
});

test("what no town is called is said, and is no place", async () => {
  const { onChange, user } = setup();
  await user.click(field());
  await user.paste("xyzzy");
  expect(await screen.findByText(/No matching town/)).toBeInTheDocument();
  await user.click(save());
  expect(screen.getByRole("alert")).toHaveTextContent("Choose a place of the list.");
  expect(field()).toHaveFocus();
  expect(onChange).not.toHaveBeenCalled();
});

test("a place is taken away, or as the file says", async () => {
  const { onChange, user } = setup(2);
  await user.click(screen.getByLabelText("No place"));
  await user.click(save());
  const location = { latitude: null, longitude: null };
  expect(onChange).toHaveBeenLastCalledWith({ action: "set_location", location });
  await user.click(screen.getByLabelText("Use what the file says"));
  await user.click(save());
  expect(onChange).toHaveBeenLastCalledWith({ action: "reset_location" });
});
