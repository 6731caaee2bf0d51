/**
 * What an import did, kept on this device: so that it goes on after the page was closed, and can be taken back. It
 * saves work and is no source of truth: the library knows each picture by its SHA-256.
 */
import { Sha256 } from "../queue/sha256";
import { importsDatabase } from "../unfinished-storage-keys";

export type NotedPicture = {
  sha256: string;
  /** Null: it is about to be sent. */
  imageId: string | null;
  /** Whether this import added it; else the library had it. Null: not known, since it was about to be sent. */
  isNew: boolean | null;
  /** Digest of what has been said of it. */
  said: string | null;
};

export type NotedAlbum = {
  /** Digest of the key. */
  key: string;
  albumId: string;
  /** Whether this import made it. */
  isNew: boolean;
  /** Ids of pictures that were put into one that it did not make. */
  added: string[];
};

type NotedImport = {
  id: string;
  begun: number;
  /** When it was about to send the first and the last picture that it knew nothing more of. */
  sending: Span | null;
  isDone: boolean;
  /** Digests of what was dropped: see marksOf(). */
  marks: string[];
  albums: NotedAlbum[];
};

/** In milliseconds since 1970. */
type Span = { since: number; until: number };

const IMPORTS = "imports";
const PICTURES = "pictures";
/** Notes of another version are dropped: then an import begins anew, and adds nothing twice. */
const VERSION = 2;
/** A closed tab cannot say when it was closed: it says from time to time that it is not. */
const NOTE_EVERY_MS = 20_000;
/** What the clocks of a device and of the server may differ by. */
const CLOCKS_MS = 60_000;

export class Journal {
  readonly pictures: Map<string, NotedPicture>;
  readonly #database: IDBDatabase | null;
  readonly #note: NotedImport;

  private constructor(
    database: IDBDatabase | null,
    note: NotedImport,
    pictures: readonly NotedPicture[],
  ) {
    this.#database = database;
    this.#note = note;
    this.pictures = new Map(pictures.map((picture) => [picture.sha256, picture]));
  }

  /** That of the last import of these, or of some of them, or of these and more; else a new one. */
  static async open(userId: string, texts: readonly string[]): Promise<Journal> {
    const marks = texts.map(digestOf);
    const database = await openDatabase(userId);
    const fresh = {
      id: crypto.randomUUID(),
      begun: Date.now(),
      sending: null,
      isDone: false,
      marks,
      albums: [],
    };
    if (!database) return new Journal(null, fresh, []);
    try {
      const all = await answer<NotedImport[]>(database, IMPORTS, (store) => store.getAll());
      const found = all
        .filter((note) => isSame(note.marks, marks))
        .sort((one, other) => other.begun - one.begun)[0];
      if (!found) return new Journal(database, fresh, []);
      const range = IDBKeyRange.bound([found.id], [found.id, []]);
      const pictures = await answer<NotedPicture[]>(database, PICTURES, (store) =>
        store.getAll(range),
      );
      const note = { ...found, marks: [...new Set([...found.marks, ...marks])] };
      return new Journal(database, note, pictures);
    } catch {
      return new Journal(null, fresh, []);
    }
  }

  /** When it began; null: it has added nothing yet. */
  get begun(): number | null {
    return this.pictures.size > 0 || this.#note.albums.length > 0 ? this.#note.begun : null;
  }

  get isDone(): boolean {
    return this.#note.isDone;
  }

  get albums(): readonly NotedAlbum[] {
    return this.#note.albums;
  }

  /** How many pictures this import has added. */
  get added(): number {
    return [...this.pictures.values()].filter(({ isNew, imageId }) => isNew && imageId).length;
  }

  async notePictures(pictures: readonly NotedPicture[]): Promise<void> {
    for (const picture of pictures) this.pictures.set(picture.sha256, picture);
    const { id } = this.#note;
    await this.#write([IMPORTS, PICTURES], (transaction) => {
      transaction.objectStore(IMPORTS).put(this.#note);
      const store = transaction.objectStore(PICTURES);
      for (const picture of pictures) store.put({ ...picture, import: id });
    });
  }

  /** Notes what is about to be sent, before it is. */
  async noteSending(hashes: readonly string[]): Promise<void> {
    const since = this.#note.sending?.since ?? Date.now();
    this.#note.sending = { since, until: Date.now() };
    await this.notePictures(
      hashes.map((sha256) => ({ sha256, imageId: null, isNew: null, said: null })),
    );
  }

  /** Notes that it still sends: what comes into the library later, after the page was closed, is not its own. */
  async noteStillSending(): Promise<void> {
    const { sending } = this.#note;
    if (!sending || Date.now() - sending.until < NOTE_EVERY_MS) return;
    this.#note.sending = { ...sending, until: Date.now() };
    await this.#writeNote();
  }

  get sending(): Span | null {
    return this.#note.sending;
  }

  /** Decides, before it goes on, what an earlier page could not note any more: by all that the library has. */
  async settle(library: ReadonlyMap<string, { id: string; createdAt: number }>): Promise<void> {
    const settled = [...this.pictures.values()].flatMap((picture): NotedPicture[] => {
      const there = library.get(picture.sha256);
      if (picture.isNew !== null || !there) return [];
      const isNew = this.hasAdded(picture.sha256, there.createdAt);
      return [{ ...picture, imageId: there.id, isNew }];
    });
    await this.notePictures(settled);
  }

  /** Whether this import added a picture whose upload began then, in milliseconds since 1970 by the server's clock. */
  hasAdded(sha256: string, createdAt: number): boolean {
    const noted = this.pictures.get(sha256);
    return noted?.isNew === null ? isWithin(this.sending, createdAt) : (noted?.isNew ?? false);
  }

  /** It came to nothing: what brings these bytes later is not this import. */
  async forgetPicture(sha256: string): Promise<void> {
    this.pictures.delete(sha256);
    const { id } = this.#note;
    await this.#write([PICTURES], (transaction) => {
      transaction.objectStore(PICTURES).delete([id, sha256]);
    });
  }

  async noteAlbum(album: NotedAlbum): Promise<void> {
    this.#note.albums = [...this.#note.albums.filter(({ key }) => key !== album.key), album];
    await this.#writeNote();
  }

  /** Notes which pictures were put into an album. */
  async noteEntries(
    { key, albumId }: Pick<NotedAlbum, "key" | "albumId">,
    ids: readonly string[],
  ): Promise<void> {
    const known = this.#note.albums.find((album) => album.key === key);
    const album = known ?? { key, albumId, isNew: false, added: [] };
    if (album.isNew || ids.length === 0) return;
    await this.noteAlbum({ ...album, added: [...new Set([...album.added, ...ids])] });
  }

  async setDone(isDone: boolean): Promise<void> {
    this.#note.isDone = isDone;
    await this.#writeNote();
  }

  /** Once everything was taken back. */
  async forget(): Promise<void> {
    const { id } = this.#note;
    this.pictures.clear();
    this.#note.albums = [];
    await this.#write([IMPORTS, PICTURES], (transaction) => {
      transaction.objectStore(IMPORTS).delete(id);
      transaction.objectStore(PICTURES).delete(IDBKeyRange.bound([id], [id, []]));
    });
  }

  close(): void {
    this.#database?.close();
  }

  #writeNote(): Promise<void> {
    return this.#write([IMPORTS], (transaction) => {
      transaction.objectStore(IMPORTS).put(this.#note);
    });
  }

  async #write(stores: string[], write: (transaction: IDBTransaction) => void): Promise<void> {
    const database = this.#database;
    if (!database) return;
    await new Promise<void>((resolve) => {
      try {
        const transaction = database.transaction(stores, "readwrite");
        transaction.oncomplete = () => resolve();
        // Storage is full or shut: then the page knows it while it lives, and nothing else is lost.
        transaction.onabort = () => resolve();
        write(transaction);
      } catch {
        resolve(); // closed with the page's session
      }
    });
  }
}

/** Whether something of the server's clock was within a time of this device's. */
export const isWithin = (span: Span | null, at: number): boolean =>
  span !== null && at >= span.since - CLOCKS_MS && at <= span.until + CLOCKS_MS;

/** Of words that are only compared: whoever uses this machine next cannot read them. */
export const digestOf = (text: string): string => {
  const sha256 = new Sha256();
  sha256.update(new TextEncoder().encode(text));
  return sha256.digest();
};

/** Whether all of the smaller one are in the other. */
export const isSame = (some: readonly string[], others: readonly string[]): boolean => {
  const [few, many] = some.length < others.length ? [some, others] : [others, some];
  return few.length > 0 && few.every((mark) => many.includes(mark));
};

/** Null where storage is closed to the page: then a journal lives as long as the page. */
const openDatabase = (userId: string): Promise<IDBDatabase | null> =>
  new Promise((resolve) => {
    if (!("indexedDB" in window)) {
      resolve(null);
      return;
    }
    const request = window.indexedDB.open(importsDatabase(userId), VERSION);
    request.onupgradeneeded = () => {
      for (const name of [...request.result.objectStoreNames])
        request.result.deleteObjectStore(name);
      request.result.createObjectStore(IMPORTS, { keyPath: "id" });
      request.result.createObjectStore(PICTURES, { keyPath: ["import", "sha256"] });
    };
    request.onsuccess = () => {
      // Signed out in another tab: let it be deleted.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => resolve(null);
    request.onblocked = () => resolve(null);
  });

const answer = <T>(
  database: IDBDatabase,
  name: string,
  ask: (store: IDBObjectStore) => IDBRequest,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const request = ask(database.transaction(name).objectStore(name));
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error ?? new Error("the journal cannot be read"));
  });
