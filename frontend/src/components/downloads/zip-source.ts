/** Files of a zip: names that are safe as a set, and where their bytes are read. */
import { api, read } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
type Entries = Schemas["DownloadEntriesOut"];
type Originals = Schemas["DownloadOriginalsOut"];
type Picked = Schemas["DownloadIn"]["images"];

export type ZipFile = {
  id: string;
  /** In the zip, without the folder that holds all. */
  path: string;
  size: number;
  crc32: number | null;
  /** By the clock on the wall, without a zone; null: not told. */
  date: string | null;
};

export type ZipContents = { folder: string; files: ZipFile[] };

export type Addresses = {
  urls: Map<string, string>;
  /** XMP, of those whose owner set something. */
  sidecars: Map<string, string>;
  /** As Date.now(). */
  expiresAt: number;
};

export type ZipSource = {
  /** Whether there may be XMP files. */
  hasSidecars: boolean;
  /** How many pictures are asked for; what is not there any more, or not yet, is left out. Null: not known. */
  asked: number | null;
  /** For how many originals addresses are asked at once. */
  atOnce: number;
  /** @throws ApiProblem */
  list: (signal: AbortSignal) => Promise<ZipContents>;
  /** @throws ApiProblem */
  addresses: (
    ids: readonly string[],
    options: { sidecars: boolean; signal: AbortSignal },
  ) => Promise<Addresses>;
};

/** Files of a page; where there are several, each has a folder, since names are safe within a page. */
const filesOf = (page: Entries, start: number, isWhole: boolean): ZipFile[] => {
  const folder = isWhole ? "" : `${String(start + 1)}-${String(start + page.ids.length)}/`;
  return page.ids.map((id, index) => ({
    id,
    path: `${folder}${page.names[index] ?? id}`,
    size: page.sizes[index] ?? 0,
    crc32: page.crc32s[index] ?? null,
    date: page.dates[index] ?? null,
  }));
};

const contentsOf = (pages: readonly Entries[]): ZipContents => {
  const files: ZipFile[] = [];
  for (const page of pages) files.push(...filesOf(page, files.length, pages.length === 1));
  return { folder: pages[0]?.folder ?? "", files };
};

const addressesOf = (found: Originals): Addresses => {
  const { base, query } = found.addresses;
  const urls = Object.entries(found.originals).map(([id, end]) => [id, `${base}${end}&${query}`]);
  return {
    urls: new Map(urls as [string, string][]),
    sidecars: new Map(Object.entries(found.sidecars)),
    expiresAt: Date.parse(found.urls_expire_at),
  };
};

/** Pictures of the person who is signed in. */
export const ownPictures = (
  images: Picked,
  { title, asked }: { title: string; asked: number | null },
): ZipSource => ({
  hasSidecars: true,
  asked,
  atOnce: 50,
  list: async (signal) => {
    const pages: Entries[] = [];
    for (let cursor: string | null = null; ;) {
      const body: Schemas["DownloadIn"] = { images, title, cursor };
      const page: Entries = await read(api.POST("/api/downloads/entries", { body, signal }));
      pages.push(page);
      cursor = page.next_cursor;
      if (cursor === null) return contentsOf(pages);
    }
  },
  addresses: async (ids, { sidecars, signal }) => {
    const query = { ids: ids.join(","), sidecars };
    return addressesOf(
      await read(api.GET("/api/downloads/originals", { params: { query }, signal })),
    );
  },
});

/** As many as the API names at once. */
const PAGE = 10_000;

/** What a share link shows, to whoever has a visit to it. */
export const sharedPictures = (headers: Record<string, string>, count: number): ZipSource => {
  const allIds = async (signal: AbortSignal) => {
    const ids: string[] = [];
    for (let cursor: string | null = null; ;) {
      const query: { cursor?: string } = cursor === null ? {} : { cursor };
      const page: Schemas["SharedImagesOut"] = await read(
        api.GET("/api/shared/images", { params: { query }, headers, signal }),
      );
      ids.push(...page.ids);
      cursor = page.next_cursor;
      if (cursor === null) return ids;
    }
  };
  return {
    hasSidecars: false,
    asked: count,
    atOnce: 10,
    list: async (signal) => {
      const ids = await allIds(signal);
      const pages: Entries[] = [];
      for (let start = 0; start < ids.length; start += PAGE) {
        const body = { ids: ids.slice(start, start + PAGE) };
        const call = api.POST("/api/shared/downloads/entries", { body, headers, signal });
        pages.push(await read(call));
      }
      return contentsOf(pages);
    },
    addresses: async (ids, { signal }) => {
      const query = { ids: ids.join(",") };
      const call = api.GET("/api/shared/downloads/originals", {
        params: { query },
        headers,
        signal,
      });
      return addressesOf(await read(call));
    },
  };
};
