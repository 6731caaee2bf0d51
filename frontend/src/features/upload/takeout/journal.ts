/**
 * What an import did, kept on this device: so that it goes on after the page was closed, and can be taken back. It
 * saves work and is no source of truth: the library knows each picture by its SHA-256.
 */
import { importsDatabase } from "../unfinished-storage-keys";

export type NotedPicture = {
  sha256: string;
  /** Null: it is about to be sent. */
  imageId: string | null;
  /** Whether this import added it; else the library had it. */
  isNew: boolean;
  /** What has been said of it. */
  said: string | null;
};

export type NotedAlbum = { key: string; albumId: string; isNew: boolean };

type NotedImport = {
  id: string;
  begun: number;
  isDone: boolean;
  /** Names and sizes of what was dropped. */
  marks: string[];
  albums: NotedAlbum[];
};

const IMPORTS = "imports";
const PICTURES = "pictures";

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

  /** That of the last import of any of these; else a new one. */
  static async open(userId: string, marks: readonly string[]): Promise<Journal> {
    const database = await openDatabase(userId);
    const fresh = {
      id: crypto.randomUUID(),
      begun: Date.now(),
      isDone: false,
      marks: [...marks],
      albums: [],
    };
    if (!database) return new Journal(null, fresh, []);
    try {
      const all = await answer<NotedImport[]>(database, IMPORTS, (store) => store.getAll());
      const found = all
        .filter((note) => note.marks.some((mark) => marks.includes(mark)))
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

  async noteAlbum(album: NotedAlbum): Promise<void> {
    this.#note.albums = [...this.#note.albums.filter(({ key }) => key !== album.key), album];
    await this.#writeNote();
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

/** Null where storage is closed to the page: then a journal lives as long as the page. */
const openDatabase = (userId: string): Promise<IDBDatabase | null> =>
  new Promise((resolve) => {
    if (!("indexedDB" in window)) {
      resolve(null);
      return;
    }
    const request = window.indexedDB.open(importsDatabase(userId), 1);
    request.onupgradeneeded = () => {
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
