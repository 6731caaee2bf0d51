/**
 * A share link as its visitor's page sees it. Not in the query cache: this page is to be small, and of what it
 * asks nothing is asked twice.
 */
import { api, read } from "../client";
import { ApiProblem, toProblem } from "../problem";
import type { Shared, SharedImage, SharedImages } from "../types";
import { MinuteAddresses, type FoundAddresses } from "./minute-addresses";

const KEY = "pinhole.visit";
/** An original without its metadata is made when it is first asked for. */
const PREPARED_MS = 2_000;
const MAX_TRIES = 45;

/** Whether an error says that the link is not open. */
export const isClosed = (error: unknown): boolean =>
  error instanceof ApiProblem && error.code === "share_closed";

type Kept = { token: string; visit: string };

/** Of this tab, so that a reload asks for no password. */
const keptVisit = (token: string): string | null => {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null;
    return kept?.token === token ? kept.visit : null;
  } catch {
    return null;
  }
};

const keep = (kept: Kept): void => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Storage is closed to us: then a reload asks again.
  }
};

/** A visit to an open link. */
export class Visit extends MinuteAddresses {
  readonly share: Shared;
  /** By which the API knows it. */
  readonly headers: Record<string, string>;

  private constructor(share: Shared, headers: Record<string, string>) {
    super();
    this.share = share;
    this.headers = headers;
  }

  /** Opens a link. @throws ApiProblem */
  static async open(token: string, password: string | null): Promise<Visit> {
    const kept = password === null ? keptVisit(token) : null;
    if (kept !== null) {
      const headers = { "Pinhole-Visit": kept };
      try {
        return new Visit(await read(api.GET("/api/shared", { headers })), headers);
      } catch (error) {
        // The day of that visit may be over: the link is asked once more.
        if (!isClosed(error)) throw error;
      }
    }
    const body = { token, ...(password === null ? {} : { password }) };
    const { visit, share } = await read(api.POST("/api/shared/open", { body }));
    keep({ token, visit });
    return new Visit(share, { "Pinhole-Visit": visit });
  }

  /** A page of what is shown. @throws ApiProblem */
  page(cursor: string | null): Promise<SharedImages> {
    const query = cursor === null ? {} : { cursor };
    return read(api.GET("/api/shared/images", { params: { query }, headers: this.headers }));
  }

  /** What its owner lets visitors know of a picture. @throws ApiProblem */
  image(id: string): Promise<SharedImage> {
    const params = { path: { image_id: id } };
    return read(api.GET("/api/shared/images/{image_id}", { params, headers: this.headers }));
  }

  /**
   * An address that saves the original; waits for one that is made only now, and says so by `onWait`.
   * @throws ApiProblem
   */
  async original(id: string, onWait?: () => void): Promise<string> {
    const params = { path: { image_id: id } };
    const headers = this.headers;
    for (let tries = 1; ; tries += 1) {
      try {
        const found = api.GET("/api/shared/images/{image_id}/original", { params, headers });
        return (await read(found)).url;
      } catch (error) {
        if (tries === MAX_TRIES || toProblem(error).code !== "being_prepared") throw error;
        onWait?.();
        await new Promise((resolve) => setTimeout(resolve, PREPARED_MS));
      }
    }
  }

  protected async addresses(ids: readonly string[]): Promise<FoundAddresses> {
    const params = { query: { ids: ids.join(",") } };
    const found = await read(api.GET("/api/shared/addresses", { params, headers: this.headers }));
    return { ...found, parts: [found] };
  }
}

/** What the grid and the viewer of shared pictures need of where these come from. */
export type SharedSource = Pick<
  Visit,
  "share" | "page" | "image" | "original" | "urlsOf" | "noteLoaded" | "refresh"
>;
/** The same of one that is not read page by page. */
export type PictureSource = Omit<SharedSource, "page">;
