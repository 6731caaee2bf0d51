/** Asking for places in batches: whoever asks at about the same time shares a request. */
import { TransientError } from "./errors";
import type { Picture, SettledPlace, UploadApi } from "./upload-api";

const BATCH = 20;
const AT_ONCE = 2;
/** Long enough for the hashes of small files to come in together, too short to be noticed. */
const GATHER_MS = 60;

type Waiting = {
  picture: Picture;
  resolve: (place: SettledPlace) => void;
  reject: (error: unknown) => void;
};

export class UploadUrlBatcher {
  readonly #server: UploadApi;
  #waiting: Waiting[] = [];
  #asking = 0;

  constructor(server: UploadApi) {
    this.#server = server;
  }

  /** A cancelled question is still answered: the place it brings must then be given back. */
  ask(picture: Picture): Promise<SettledPlace> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ picture, resolve, reject });
      if (this.#asking < AT_ONCE) void this.#askUntilNoneWaits();
    });
  }

  async #askUntilNoneWaits(): Promise<void> {
    this.#asking += 1;
    while (this.#waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
      const batch = this.#waiting.splice(0, BATCH);
      if (batch.length > 0) await this.#askFor(batch);
    }
    this.#asking -= 1;
  }

  async #askFor(batch: Waiting[]): Promise<void> {
    try {
      const places = await this.#server.askForPlaces(batch.map(({ picture }) => picture));
      batch.forEach(({ resolve, reject }, index) => {
        const place = places[index];
        // The server has not found out yet whether it is there: no failure of anybody's.
        if (place?.status === "wait") reject(new TransientError("busy", { counts: false }));
        else if (place) resolve(place);
        else reject(new Error(`no place for ${String(index)} of ${String(batch.length)}`));
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
