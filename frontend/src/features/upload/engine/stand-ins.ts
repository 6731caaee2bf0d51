/** For tests: a server and a storage that live in memory and fail on demand. */
import type { Image } from "@/api";
import { anImage } from "@/test/samples";

import type { PutOutcome, PutRequest } from "./put";
import type { Picture, PlaceAnswer, UploadServer } from "./server";

const HEX_LENGTH = 64;

/** As many files as names, each with bytes of its own (or those given). */
export const pictureFile = (name: string, content = name, type = "image/jpeg"): File => {
  const file = new File([content], name, { type });
  contents.set(file, content);
  return file;
};

// jsdom's files cannot be read back but through events, which stand still while time is faked.
const contents = new WeakMap<File, string>();

/** Not a real digest: a test needs no more than that equal bytes have equal hashes. */
export const standInHash = (file: File): Promise<string> => {
  const sha256 = Array.from(contents.get(file) ?? "", (letter) => letter.charCodeAt(0).toString(16))
    .join("")
    .padEnd(HEX_LENGTH, "0")
    .slice(0, HEX_LENGTH);
  return Promise.resolve(sha256);
};

/** Gives each new hash an image, develops it at the second look, and remembers what it was asked. */
export class StandInServer implements UploadServer {
  readonly batches: Picture[][] = [];
  readonly looks: string[][] = [];
  readonly forgotten: string[] = [];
  readonly images = new Map<string, Image>();
  /** What the next calls answer or throw instead, first come first served. */
  readonly nextPlaces: (PlaceAnswer[] | Error)[] = [];
  /** What a picture becomes. */
  develop: (image: Image) => Image = (developed) => ({ ...developed, state: "ready" });
  readonly #idsByHash = new Map<string, string>();

  askForPlaces(pictures: readonly Picture[]): Promise<PlaceAnswer[]> {
    this.batches.push([...pictures]);
    const next = this.nextPlaces.shift();
    if (next instanceof Error) return Promise.reject(next);
    return Promise.resolve(next ?? pictures.map((picture) => this.#placeFor(picture)));
  }

  imagesById(ids: readonly string[]): Promise<Image[]> {
    this.looks.push([...ids]);
    const found = ids.flatMap((id) => this.images.get(id) ?? []);
    for (const seen of found) {
      if (seen.state === "processing") this.images.set(seen.id, this.develop(seen));
    }
    return Promise.resolve(found);
  }

  forget(imageId: string): Promise<void> {
    this.forgotten.push(imageId);
    this.images.delete(imageId);
    return Promise.resolve();
  }

  /** What S3's event would do. */
  receive(imageId: string): void {
    const received = this.images.get(imageId);
    if (received?.state === "uploading")
      this.images.set(imageId, { ...received, state: "processing" });
  }

  #placeFor({ sha256, name }: Picture): PlaceAnswer {
    const id = this.#idsByHash.get(sha256) ?? `image-${String(this.#idsByHash.size + 1)}`;
    this.#idsByHash.set(sha256, id);
    const known = this.images.get(id) ?? anImage({ id, name, state: "uploading" });
    this.images.set(id, known);
    if (known.state !== "uploading") return { status: "exists", image: known, restored: false };
    return {
      status: "upload",
      image: known,
      upload: {
        method: "PUT",
        url: `https://storage.test/${id}?try=${String(this.batches.length)}`,
        headers: { "content-type": "image/jpeg", "x-amz-checksum-sha256": sha256 },
        expires_at: "2026-05-02T10:05:00Z",
      },
    };
  }
}

type Step = PutOutcome | Error | "hold";

/** Takes the bytes at once unless told otherwise; `hold` keeps the line open until it is aborted. */
export class StandInStorage {
  readonly requests: PutRequest[] = [];
  /** What the next requests do, first come first served. */
  readonly next: Step[] = [];
  /** How many times each request tells of its progress. */
  chatter = 1;
  open = 0;
  mostOpen = 0;
  readonly #server: StandInServer;

  constructor(server: StandInServer) {
    this.#server = server;
  }

  readonly put = async (request: PutRequest): Promise<PutOutcome> => {
    this.requests.push(request);
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    try {
      return await this.#take(request, this.next.shift() ?? "stored");
    } finally {
      this.open -= 1;
    }
  };

  async #take({ place, body, signal, onProgress }: PutRequest, step: Step): Promise<PutOutcome> {
    for (let said = 0; said < this.chatter; said += 1) onProgress(Math.floor(body.size / 2));
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
      if (step !== "hold") setTimeout(resolve, 10);
    });
    if (step instanceof Error) throw step;
    if (step === "stored") this.#server.receive(new URL(place.url).pathname.slice(1));
    return step as PutOutcome;
  }
}
