/** For tests: a server and a storage that live in memory and fail on demand. */
import type { Image } from "@/api";
import { anImage } from "@/test/samples";

import { TransientError } from "../errors";
import { partSizeOf, type FileHash } from "../file-hash";
import type { PutOutcome, PutRequest } from "../put";
import type { PartPlace, Picture, PlaceAnswer, UploadApi } from "../upload-api";

const HEX_LENGTH = 64;

/** As many files as names, each with bytes of its own (or those given). */
export const pictureFile = (name: string, content = name, type = "image/jpeg"): File => {
  const file = new File([content], name, { type });
  contents.set(file, content);
  return file;
};

/** As big as it says, without the bytes. */
export const bigFile = (name: string, size: number): File =>
  Object.defineProperties(pictureFile(name), {
    size: { value: size },
    slice: { value: (from: number, to: number) => emptyBlob(Math.min(to, size) - from) },
  });

const emptyBlob = (size: number): Blob =>
  Object.defineProperty(new Blob(), "size", { value: size });

// jsdom's files cannot be read back but through events, which stand still while time is faked.
const contents = new WeakMap<File, string>();

/** Not real digests: a test needs no more than that equal bytes have equal hashes. */
export const standInHash = (file: File): Promise<FileHash> => {
  const sha256 = Array.from(contents.get(file) ?? "", (letter) => letter.charCodeAt(0).toString(16))
    .join("")
    .padEnd(HEX_LENGTH, "0")
    .slice(0, HEX_LENGTH);
  const size = partSizeOf(file.size);
  if (size === null) return Promise.resolve({ sha256, parts: null });
  const count = Math.ceil(file.size / size);
  return Promise.resolve({ sha256, parts: { size, sha256: Array(count).fill(sha256) } });
};

/** Gives each new hash an image, processes it at the second look, and remembers what it was asked. */
export class StandInServer implements UploadApi {
  readonly batches: Picture[][] = [];
  readonly looks: string[][] = [];
  readonly forgotten: string[] = [];
  readonly images = new Map<string, Image>();
  /** Numbers of the parts that are there, by image. */
  readonly parts = new Map<string, Set<number>>();
  readonly completed: string[] = [];
  /** What the next calls to complete an upload meet, first come first served. */
  readonly nextCompletions: ("missing" | "gone" | Error)[] = [];
  /** What the next calls answer or throw instead, first come first served. */
  readonly nextPlaces: (PlaceAnswer[] | Error)[] = [];
  /** What a picture becomes. */
  process: (image: Image) => Image = (processed) => ({ ...processed, state: "ready" });
  readonly #idsByHash = new Map<string, string>();
  readonly #partCounts = new Map<string, number>();

  askForPlaces(pictures: readonly Picture[]): Promise<PlaceAnswer[]> {
    this.batches.push([...pictures]);
    const next = this.nextPlaces.shift();
    if (next instanceof Error) return Promise.reject(next);
    return Promise.resolve(next ?? pictures.map((picture) => this.#placeFor(picture)));
  }

  complete(imageId: string): Promise<"complete" | "missing" | "gone"> {
    this.completed.push(imageId);
    const next = this.nextCompletions.shift();
    if (next instanceof Error) return Promise.reject(next);
    if (next) return Promise.resolve(next);
    if (this.parts.get(imageId)?.size !== this.#partCounts.get(imageId)) {
      return Promise.resolve("missing");
    }
    this.receive(imageId);
    return Promise.resolve("complete");
  }

  imagesById(ids: readonly string[]): Promise<Image[]> {
    this.looks.push([...ids]);
    const found = ids.flatMap((id) => this.images.get(id) ?? []);
    for (const seen of found) {
      if (seen.state === "processing") this.images.set(seen.id, this.process(seen));
    }
    return Promise.resolve(found);
  }

  forget(imageId: string): Promise<void> {
    this.forgotten.push(imageId);
    this.images.delete(imageId);
    this.parts.delete(imageId);
    return Promise.resolve();
  }

  /** What S3's event would do. */
  receive(imageId: string): void {
    const received = this.images.get(imageId);
    if (received?.state === "uploading")
      this.images.set(imageId, { ...received, state: "processing" });
  }

  receivePart(imageId: string, number: number): void {
    this.parts.set(imageId, (this.parts.get(imageId) ?? new Set()).add(number));
  }

  #placeFor(picture: Picture): PlaceAnswer {
    const { sha256, name } = picture;
    const id = this.#idsByHash.get(sha256) ?? `image-${String(this.#idsByHash.size + 1)}`;
    this.#idsByHash.set(sha256, id);
    const known = this.images.get(id) ?? anImage({ id, name, state: "uploading" });
    this.images.set(id, known);
    if (known.state !== "uploading") return { status: "exists", image: known, restored: false };
    if (picture.parts) return this.#placeInParts(known, picture);
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

  #placeInParts(image: Image, { size, parts }: Picture): PlaceAnswer {
    const length = parts?.size ?? size;
    this.#partCounts.set(image.id, parts?.sha256.length ?? 0);
    const there = this.parts.get(image.id);
    const places = (parts?.sha256 ?? []).map((sha256, index): PartPlace => {
      const [number, offset] = [index + 1, index * length];
      const part = { number, offset, size: Math.min(length, size - offset) };
      if (there?.has(number)) return { ...part, is_stored: true, url: null, headers: null };
      const query = `partNumber=${String(number)}&try=${String(this.batches.length)}`;
      return {
        ...part,
        is_stored: false,
        url: `https://storage.test/${image.id}?${query}`,
        headers: { "x-amz-checksum-sha256": sha256 },
      };
    });
    const upload = { method: "PUT", parts: places, expires_at: "2026-05-02T10:05:00Z" } as const;
    return { status: "upload", image, upload };
  }
}

type Step = PutOutcome | Error | "hold";

/** Takes the bytes at once unless told otherwise; `hold` keeps the line open until it is aborted. */
export class StandInStorage {
  readonly requests: PutRequest[] = [];
  /** What the next requests do, first come first served. */
  readonly next: Step[] = [];
  /** How long each request takes. */
  takesMs = 10;
  /** How many times each request tells of its progress. */
  chatter = 1;
  readonly #breakers = new Set<() => void>();
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

  /** The parts that were sent, by number, as often as they were. */
  get parts(): number[] {
    return this.requests.map(({ place }) => partNumber(place.url));
  }

  /** What happens to all that is held when the network goes. */
  breakAll(): void {
    for (const breakLine of this.#breakers) breakLine();
    this.#breakers.clear();
  }

  async #take({ place, body, signal, onProgress }: PutRequest, step: Step): Promise<PutOutcome> {
    for (let said = 0; said < this.chatter; said += 1) onProgress(Math.floor(body.size / 2));
    await new Promise<void>((resolve, reject) => {
      const stop = () => {
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", stop);
      if (step === "hold") {
        this.#breakers.add(() => {
          signal.removeEventListener("abort", stop);
          reject(new TransientError("connection"));
        });
        return;
      }
      setTimeout(() => {
        signal.removeEventListener("abort", stop);
        resolve();
      }, this.takesMs);
    });
    if (step instanceof Error) throw step;
    if (step === "stored") this.#receive(place.url);
    return step as PutOutcome;
  }

  #receive(url: string): void {
    const imageId = new URL(url).pathname.slice(1);
    if (url.includes("partNumber")) this.#server.receivePart(imageId, partNumber(url));
    else this.#server.receive(imageId);
  }
}

const partNumber = (url: string): number => Number(new URL(url).searchParams.get("partNumber"));
