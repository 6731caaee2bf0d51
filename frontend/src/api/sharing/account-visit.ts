/**
 * Pictures of somebody else's that one sees with an account, in the shape of a visit to a share link: so the same
 * grid and viewer show both.
 */
import { ApiProblem } from "../problem";
import type { MemberImage, MemberInView, Shared } from "../types";
import { MinuteAddresses } from "./minute-addresses";
import type { PictureSource } from "./visitor";

/** It is not shared any more: what a link that has ended answers. */
export const asClosed = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 404) throw error;
    const { status, detail } = error;
    throw new ApiProblem({ status, detail, code: "share_closed" });
  }
};

type Told = Pick<Shared, "title" | "count" | "show_dates" | "show_descriptions" | "show_names">;

export abstract class AccountVisit extends MinuteAddresses implements PictureSource {
  readonly share: Shared;

  protected constructor({ title, count, show_dates, show_descriptions, show_names }: Told) {
    super();
    this.share = {
      title,
      count,
      show_dates,
      show_descriptions,
      show_names,
      note: "",
      expires_at: null,
      // Of some pictures it may be had and of others not: each says so itself.
      allow_downloads: false,
      allow_zips: false,
      collects: null,
    };
  }

  /** @throws ApiProblem */
  abstract image(id: string): Promise<MemberImage>;

  /** An address that saves the original. @throws ApiProblem */
  abstract original(id: string): Promise<string>;

  /** @throws ApiProblem */
  protected abstract inView(ids: readonly string[]): Promise<MemberInView>;

  protected addresses(ids: readonly string[]): Promise<MemberInView> {
    return asClosed(this.inView(ids));
  }
}
