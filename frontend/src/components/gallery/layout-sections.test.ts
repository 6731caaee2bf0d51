import { expect, test } from "vitest";

import { anImage } from "@/test/samples";

import { shiftOf } from "./grid-scroll";
import {
  dateAt,
  edgeOf,
  estimateHeight,
  findSpot,
  placeSections,
  sectionAt,
  sectionOfDate,
  stepAside,
  stepOver,
  visibleSections,
  yOfDate,
  type Section,
} from "./layout-sections";

const NOW = new Date("2026-01-01T12:00:00");
const WIDTH = 1000;

/** So many images of one month, four a day. */
const imagesOf = (month: string, count: number) =>
  Array.from({ length: count }, (_, n) =>
    anImage({
      id: `${month} ${n}`,
      timeline_at: `${month}-${String(28 - Math.floor(n / 4)).padStart(2, "0")}T10:00:00`,
    }),
  );

const section = (month: string, count: number, isLoaded = true): Section => ({
  key: month,
  buckets: [{ key: month, count }],
  count,
  images: isLoaded ? imagesOf(month, count) : null,
});

const place = (sections: readonly Section[]) => placeSections(sections, WIDTH, NOW);

test("sections follow each other without overlapping, loaded or not", () => {
  const { sections, height } = place([
    section("2025-05", 40),
    section("2025-04", 40, false),
    section("2025-03", 40),
  ]);
  const [a, b, c] = sections;
  expect(b?.y).toBeGreaterThanOrEqual((a?.y ?? 0) + (a?.height ?? 0));
  expect(c?.y).toBeGreaterThanOrEqual((b?.y ?? 0) + (b?.height ?? 0));
  expect(height).toBe((c?.y ?? 0) + (c?.height ?? 0));
});

test.each([40, 100, 400])("the estimate for %i images is near what they take", (count) => {
  const images = Array.from({ length: count }, (_, n) =>
    anImage({
      id: String(n),
      ...(n % 4 === 0 ? { width: 3000, height: 4000 } : {}),
      timeline_at: `2025-05-${String(28 - Math.floor((n / count) * 22)).padStart(2, "0")}T10:00:00`,
    }),
  );
  const [loaded] = place([{ ...section("2025-05", count), images }]).sections;
  const ratio = estimateHeight(count, WIDTH, false) / (loaded?.height ?? 1);
  expect(ratio).toBeGreaterThan(0.6);
  expect(ratio).toBeLessThan(1.6);
});

test("pictures are laid out once for as long as they are the same", () => {
  const one = section("2025-05", 12);
  const [before] = place([one]).sections;
  const [, after] = place([section("2025-06", 3), one]).sections;
  expect(after?.layout).toBe(before?.layout);
});

test("a million pictures by days are placed, and found again by date and by height", () => {
  const days = Array.from({ length: 5_500 }, (_, n) => {
    const key = new Date(Date.UTC(2025, 11, 31 - n)).toISOString().slice(0, 10);
    return { key, buckets: [{ key, count: 182 }], count: 182, images: null };
  });
  const layout = place(days);
  expect(layout.height).toBeGreaterThan(20_000_000);
  for (const at of [0, 1, 2_750, 5_499]) {
    const day = layout.sections[at];
    expect(sectionAt(layout, (day?.y ?? 0) + 10)).toBe(at);
    expect(sectionOfDate(layout, `${day?.key ?? ""}T09:00:00`)).toBe(at);
    expect(dateAt(layout, (day?.y ?? 0) + 10)).toBe(day?.key);
  }
});

test("a date without pictures leads to the next older one", () => {
  const layout = place([section("2025-05", 4), section("2025-01", 4, false)]);
  expect(sectionOfDate(layout, "2025-03-15")).toBe(1);
  expect(sectionOfDate(layout, "2000-01-01")).toBe(1);
  expect(sectionOfDate(layout, "2030-01-01")).toBe(0);
});

test("the months of a section that is not loaded share its height by their numbers", () => {
  const both = {
    key: "2025-04",
    buckets: [
      { key: "2025-05", count: 30 },
      { key: "2025-04", count: 10 },
    ],
    count: 40,
    images: null,
  };
  const layout = place([both]);
  const [placed] = layout.sections;
  if (!placed) throw new Error("no section");
  expect(yOfDate(placed, "2025-05")).toBe(0);
  expect(yOfDate(placed, "2025-04")).toBe(Math.round(placed.height * 0.75));
  expect(dateAt(layout, placed.height * 0.7)).toBe("2025-05");
  expect(dateAt(layout, placed.height * 0.8)).toBe("2025-04");
});

test("only what touches a stretch is seen", () => {
  const layout = place([section("2025-05", 40), section("2025-04", 40), section("2025-03", 40)]);
  const second = layout.sections[1];
  const seen = visibleSections(layout, (second?.y ?? 0) + 1, (second?.y ?? 0) + 2);
  expect(seen.map(({ key }) => key)).toEqual(["2025-04"]);
});

test("arrows go over the borders of sections, to an edge where the next is not loaded", () => {
  const layout = place([
    section("2025-05", 8),
    section("2025-04", 8),
    section("2025-03", 8, false),
  ]);
  const spot = (id: string) => {
    const found = findSpot(layout, id);
    if (!found) throw new Error(`no ${id}`);
    return found;
  };
  expect(stepAside(layout, spot("2025-05 7"), 1)).toMatchObject({
    tile: { image: { id: "2025-04 0" } },
  });
  expect(stepAside(layout, spot("2025-04 0"), -1)).toMatchObject({
    tile: { image: { id: "2025-05 7" } },
  });
  expect(stepAside(layout, spot("2025-04 7"), 1)).toMatchObject({ edge: "first" });
  expect(stepAside(layout, spot("2025-05 0"), -1)).toBeNull();
  const below = stepOver(layout, spot("2025-05 7"), 1);
  expect(below).toMatchObject({ section: { key: "2025-04" } });
});

test("the edge of a section that is not loaded is to be loaded first", () => {
  const [placed] = place([section("2025-03", 8, false)]).sections;
  expect(placed && edgeOf(placed, "last")).toMatchObject({ edge: "last" });
});

const moved = (before: readonly Section[], after: readonly Section[], y: number) =>
  shiftOf(place(before), place(after), y);

test("what is looked at moves with what is put in above it", () => {
  const may = section("2025-05", 40);
  const y = place([may]).sections[0]?.layout?.tiles[20]?.y ?? 0;
  const june = section("2025-06", 3);
  const shift = moved([may], [june, may], y);
  expect(shift).toBe(place([june, may]).sections[1]?.y);
});

test("a picture that is looked at and deleted hands over to the next", () => {
  const may = section("2025-05", 40);
  const tiles = place([may]).sections[0]?.layout?.tiles ?? [];
  const less = { ...may, images: may.images?.filter((_, at) => at !== 20) ?? null };
  const shift = moved([may], [less], tiles[20]?.y ?? 0);
  expect(Math.abs(shift)).toBeLessThan(300);
});

test("a section that is loaded above what is looked at does not move it", () => {
  const [june, may] = [section("2025-06", 40, false), section("2025-05", 40)];
  const before = place([june, may]);
  const y = (before.sections[1]?.y ?? 0) + 300;
  const loaded = section("2025-06", 40);
  const after = place([loaded, may]);
  expect(moved([june, may], [loaded, may], y)).toBe(
    (after.sections[1]?.y ?? 0) - (before.sections[1]?.y ?? 0),
  );
});

test("inside a section that is loaded the share of its height is kept", () => {
  const [june, loaded] = [section("2025-06", 80, false), section("2025-06", 80)];
  const before = place([june]).height;
  const after = place([loaded]).height;
  expect(moved([june], [loaded], before / 2)).toBe(Math.round(after / 2 - before / 2));
});

test("the month looked at stays in view when small months that share a section are loaded", () => {
  const months: [string, number][] = [
    ["2025-05", 4],
    ["2025-04", 90],
    ["2025-03", 2],
    ["2025-02", 30],
  ];
  const together = (isLoaded: boolean): Section => ({
    key: "2025-02",
    buckets: months.map(([key, count]) => ({ key, count })),
    count: 126,
    images: isLoaded ? months.flatMap(([key, count]) => imagesOf(key, count)) : null,
  });
  const before = place([section("2025-06", 8), together(false)]);
  const after = place([section("2025-06", 8), together(true)]);
  const loaded = after.sections[1];
  const lost: string[] = [];
  for (let y = before.sections[1]?.y ?? 0; y < before.height; y += 10) {
    const inside = y + shiftOf(before, after, y) - (loaded?.y ?? 0);
    // A row's height: months may share one.
    const shown = loaded?.layout?.blocks.filter(
      (block) => block.y < inside + 250 && block.y + block.height > inside,
    );
    const was = dateAt(before, y) ?? "";
    if (!shown?.some(({ date }) => date.startsWith(was))) lost.push(`${y}: ${was}`);
  }
  expect(lost).toEqual([]);
});
