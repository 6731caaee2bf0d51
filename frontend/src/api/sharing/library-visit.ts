/** A library of somebody else's as its partner sees it: by months, as a timeline. */
import { api, read } from "../client";
import type { TimelineOverview } from "../images/timeline-cache";
import type { MemberImage, MemberInView, SharedImages, SharedLibrary } from "../types";
import { AccountVisit, asClosed } from "./account-visit";

const pathOf = (id: string) => ({ library_id: id });

export class LibraryVisit extends AccountVisit {
  readonly library: SharedLibrary;
  readonly timeline: TimelineOverview;
  readonly #path: { library_id: string };

  private constructor(library: SharedLibrary, timeline: TimelineOverview) {
    super({ ...library, title: `Library of ${library.owner}`, show_dates: true, ...timeline });
    this.library = library;
    this.timeline = timeline;
    this.#path = pathOf(library.id);
  }

  /** @throws ApiProblem */
  static async open(id: string): Promise<LibraryVisit> {
    const params = { path: pathOf(id) };
    const [library, timeline] = await asClosed(
      Promise.all([
        read(api.GET("/api/shared-libraries/{library_id}", { params })),
        read(api.GET("/api/shared-libraries/{library_id}/timeline", { params })),
      ]),
    );
    return new LibraryVisit(library, timeline);
  }

  /** What is in a month or a day of it, page by page. @throws ApiProblem */
  bucket(key: string, cursor: string | null): Promise<SharedImages> {
    const params = { path: { ...this.#path, key }, query: cursor === null ? {} : { cursor } };
    return asClosed(read(api.GET("/api/shared-libraries/{library_id}/timeline/{key}", { params })));
  }

  image(id: string): Promise<MemberImage> {
    const params = { path: { ...this.#path, image_id: id } };
    return read(api.GET("/api/shared-libraries/{library_id}/images/{image_id}", { params }));
  }

  async original(id: string): Promise<string> {
    const params = { path: { ...this.#path, image_id: id } };
    const found = await read(
      api.GET("/api/shared-libraries/{library_id}/images/{image_id}/original", { params }),
    );
    return found.url;
  }

  protected inView(ids: readonly string[]): Promise<MemberInView> {
    const params = { path: this.#path, query: { ids: ids.join(",") } };
    return read(api.GET("/api/shared-libraries/{library_id}/addresses", { params }));
  }
}
