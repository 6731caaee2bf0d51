import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import { renderWithApp } from "@/test/render";
import { anImageDetail } from "@/test/samples";
import { server } from "@/test/server";

import { DamagedSection } from "./DamagedSection";
import { FileMetadata } from "./FileMetadata";
import { PlaceSection } from "./PlaceSection";
import { RatingField } from "./RatingField";
import { StorageReceipt } from "./StorageReceipt";

test("the receipt says who compared the bytes, and when", () => {
  const receipt = { sha256: "a".repeat(64), at: "2026-05-03T14:05:00Z", by: "s3" as const };
  renderWithApp(<StorageReceipt detail={anImageDetail({ receipt })} />);
  expect(screen.getByText(/S3 compared every byte/)).toHaveTextContent("2026");
});

test("without a receipt there is the checksum alone", () => {
  renderWithApp(<StorageReceipt detail={anImageDetail({ receipt: null })} />);
  expect(screen.queryByText(/compared/i)).not.toBeInTheDocument();
});

test("a damaged picture can be tried again", async () => {
  const damaged = anImageDetail({
    state: "damaged",
    failure: {
      code: "processing_failed",
      title: "No preview yet",
      detail: "It could not be processed.",
    },
  });
  let asked = 0;
  server.use(
    http.post(`*/api/images/${damaged.id}/retry`, () => {
      asked += 1;
      return HttpResponse.json(anImageDetail({ id: damaged.id, state: "processing" }), {
        status: 202,
      });
    }),
  );
  renderWithApp(<DamagedSection detail={damaged} />);
  expect(screen.getByText("It could not be processed.")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await expect.poll(() => asked).toBe(1);
});

test.each([
  { code: "decoder_crashed", title: "No preview yet" },
  { code: "shown_small", title: "Small preview" },
  { code: "incomplete", title: "Damaged" },
])("the details of $code are headed “$title”", ({ code, title }) => {
  const failure = { code, title, detail: "The original is kept as it is." };
  renderWithApp(<DamagedSection detail={anImageDetail({ state: "damaged", failure })} />);
  const section = screen.getByRole("region", { name: title });
  expect(section).toHaveTextContent(`${title}The original is kept as it is.`);
});

test("a whole picture has no damage to speak of", () => {
  renderWithApp(<DamagedSection detail={anImageDetail({ state: "ready" })} />);
  expect(screen.queryByRole("button")).not.toBeInTheDocument();
});

test("what the file says is shown as text", () => {
  const caption = "<b>By the canal</b>\nin spring";
  renderWithApp(<FileMetadata detail={anImageDetail({ caption })} />);
  expect(screen.getByText(/<b>By the canal<\/b>/)).toHaveTextContent("in spring");
});

test("a place has its name, where that is from, and coordinates to copy", async () => {
  const user = userEvent.setup();
  const location = { latitude: 45.4215, longitude: -75.6972, altitude: null };
  const place = { country_code: "CA", country: "Canada", region: "Ontario", town: "Ottawa" };
  const onChange = vi.fn<() => void>();
  renderWithApp(<PlaceSection detail={anImageDetail({ location, place })} onChange={onChange} />);
  expect(screen.getByText("Ottawa, Ontario, Canada")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "GeoNames" })).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Change place" }));
  expect(onChange).toHaveBeenCalled();
  await user.click(screen.getByRole("button", { name: "Copy Coordinates" }));
  expect(await navigator.clipboard.readText()).toBe("45.4215, -75.6972");
  expect(screen.getByRole("button", { name: "Copied Coordinates" })).toBeInTheDocument();
});

test("stars are given, taken away and reset", async () => {
  const user = userEvent.setup();
  const asked: unknown[] = [];
  const rated = anImageDetail({ rating: 4, corrected: ["rating"] });
  server.use(
    http.patch(`*/api/images/${rated.id}`, async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json(rated);
    }),
  );
  renderWithApp(<RatingField detail={rated} />);
  expect(screen.getByRole("button", { name: "4 stars" })).toHaveAttribute("aria-pressed", "true");
  await user.click(screen.getByRole("button", { name: "1 star" }));
  await user.click(screen.getByRole("button", { name: "4 stars" }));
  await user.click(screen.getByRole("button", { name: "Reset" }));
  await expect.poll(() => asked).toEqual([{ rating: 1 }, { rating: 0 }, { rating: null }]);
});

test("what was marked as rejected is said to be", () => {
  renderWithApp(<RatingField detail={anImageDetail({ rating: -1 })} />);
  expect(screen.getByText("Rejected")).toBeInTheDocument();
  expect(screen.queryByRole("button", { pressed: true })).not.toBeInTheDocument();
});

test("a file that says nothing takes no room", () => {
  renderWithApp(<FileMetadata detail={anImageDetail()} />);
  expect(screen.queryByRole("region", { name: "From the file" })).not.toBeInTheDocument();
});
